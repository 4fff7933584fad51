// swift-tools-version: 6.2
import PackageDescription

// The fuzzer, in a package of its own so that the main build is not burdened. Its modules are those of
// the main package, by the link Modules: built here they are instrumented, and open to their package.

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

func module(
  _ name: String, in directory: String = "Modules", _ dependencies: [Target.Dependency] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "\(directory)/\(name)",
    swiftSettings: settings + [.strictMemorySafety()])
}

let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "Fuzz",
  dependencies: [
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibcrypto", path: "Modules/CLibcrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLinux", path: "Modules/CLinux"),
    module("Posix", ["CLinux", system]),
    module("VentiCore", ["CLibcrypto", "Posix"]),
    module("VacArchive", ["VentiCore"]),
    module("VacBackup", ["Posix", "VacArchive", "VentiCore", heap, system]),
    module("VentiWire", ["VentiCore"]),
    module("VentiStore", ["Posix", "VentiCore", system]),
    module("VentiTools", ["Posix", "VentiCore", "VentiStore", system]),
    // Of the server, what needs no network; of the mounts, what needs no libfuse.
    module("VentiServer", in: "Sources"),
    module("Fuse", in: "Sources", ["Posix", system]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "Fuse", "Posix", "VacArchive", "VacBackup", "VentiCore", "VentiServer", "VentiStore",
        "VentiTools",
        "VentiWire",
        system,
      ],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
