// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

/// A module of the program: every unsafe expression in it is marked.
func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, swiftSettings: settings + [.strictMemorySafety()])
}

/// A command: a thin executable over the modules.
func command(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, swiftSettings: settings + [.strictMemorySafety()])
}

/// The tests of one module.
func tests(
  of name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name + "Tests", dependencies: [.init(stringLiteral: name), "TestSupport"] + dependencies,
    resources: resources, swiftSettings: settings)
}

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "vacfs",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CFuse", path: "CFuse", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
    .systemLibrary(
      name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    module("Posix", [system]),
    module("VentiCore", ["CLibcrypto", "Posix"]),
    module("Fuse", ["CFuse", "Posix", system]),
    .target(name: "TestSupport", dependencies: ["VentiCore"], path: "Tests/TestSupport", swiftSettings: settings),
    .target(
      name: "FuseTestTree", dependencies: ["Fuse", "Posix", "TestSupport", system],
      path: "Tests/FuseTestTree", swiftSettings: settings),
    .executableTarget(
      name: "FuseTestServer", dependencies: ["Fuse", "FuseTestTree", "Posix", system],
      path: "Tests/FuseTestServer", swiftSettings: settings),
    tests(of: "Posix", [system]),
    tests(of: "VentiCore"),
    tests(of: "Fuse", ["FuseTestServer", "FuseTestTree", "Posix", system]),
  ],
  swiftLanguageModes: [.v6]
)
