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

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "vacfs",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CFuse", path: "CFuse", pkgConfig: "fuse3", providers: [.apt(["libfuse3-dev"])]),
    .systemLibrary(
      name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLinux"),
    module("Posix", ["CLinux", system]),
    module("VentiCore", ["CLibcrypto", "Posix"]),
    module("VacArchive", ["VentiCore"]),
    module("VacBackup", ["Posix", "VacArchive", "VentiCore", heap, system]),
    module("VentiWire", ["VentiCore"]),
    module("VentiTransport", ["VentiCore", "VentiWire", nioCore, nioPosix, system]),
    module(
      "VentiClient",
      ["Posix", "VentiCore", "VentiTransport", "VentiWire", nioCore, nioPosix]),
    module(
      "VentiServer",
      [
        "Posix", "VentiCore", "VentiTransport", "VentiWire", logging, nioCore, nioHTTP,
        nioPosix,
      ]),
    module("VentiStore", ["Posix", "VentiCore", system]),
    module("VentiTools", ["Posix", "VentiCore", "VentiStore", system]),
    module("Fuse", ["CFuse", "Posix", system]),
    module("VacFileSystem", ["Fuse", "Posix", "VacArchive", "VentiCore", system]),
    module(
      "CommandSupport",
      [
        "Posix", "VacArchive", "VentiClient", "VentiCore", "VentiStore", "VentiWire",
        argumentParser, logging, system,
      ]),
    command(
      "venti",
      [
        "CommandSupport", "Posix", "VentiClient", "VentiCore", "VentiServer", "VentiStore",
        "VentiTools", "VentiWire", argumentParser, logging, system,
      ]),
    command(
      "vacfs",
      [
        "CommandSupport", "Fuse", "Posix", "VacArchive", "VacFileSystem", "VentiClient",
        "VentiCore", argumentParser,
      ]),
    command(
      "vac",
      [
        "CommandSupport", "Posix", "VacArchive", "VacBackup", "VentiCore", argumentParser, system,
      ]),
    command(
      "unvac",
      [
        "CommandSupport", "Posix", "VacArchive", "VacBackup", "VentiClient", "VentiCore",
        argumentParser, system,
      ]),
    .target(
      name: "TestSupport", dependencies: ["CLibcrypto", "CLinux", "Posix", "VentiCore", system],
      path: "Tests/TestSupport", resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "TestSupportTests", dependencies: ["Posix", "TestSupport", system],
      swiftSettings: settings),
    .target(
      name: "FuseTestTree", dependencies: ["Fuse", "Posix", "TestSupport", system],
      path: "Tests/FuseTestTree", swiftSettings: settings),
    .executableTarget(
      name: "FuseTestServer", dependencies: ["Fuse", "FuseTestTree", "Posix", system],
      path: "Tests/FuseTestServer", swiftSettings: settings),
    .executableTarget(
      name: "StoreBenchmark",
      dependencies: ["Posix", "VentiCore", "VentiStore", argumentParser, system],
      path: "Benchmarks/StoreBenchmark", swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "Posix", "TestSupport", "VacArchive", "VentiCore", "VentiServer", "VentiWire", "vacfs",
        "venti", logging, system,
      ],
      path: "Tests/EndToEndTests", swiftSettings: settings),
    tests(of: "Posix", [system]),
    tests(of: "Fuse", ["FuseTestServer", "FuseTestTree", "Posix", system]),
    tests(of: "VentiCore", ["Posix"]),
    tests(of: "VacArchive", ["VentiCore"], resources: [.copy("Fixtures")]),
    tests(
      of: "VacBackup",
      ["FuseTestServer", "Posix", "VacArchive", "VentiCore", "VentiStore", system]),
    .testTarget(
      name: "VacTests",
      dependencies: ["TestSupport", "unvac", "vac", "vacfs", "venti", system],
      swiftSettings: settings),
    .testTarget(
      name: "UnvacTests",
      dependencies: ["Posix", "TestSupport", "VacArchive", "VentiCore", "unvac", system],
      swiftSettings: settings),
    tests(of: "CommandSupport", ["Posix", "VentiWire", system]),
    tests(of: "VacFileSystem", ["Fuse", "Posix", "VacArchive", "VentiCore", "VentiStore", system]),
    tests(of: "VentiWire", ["VentiCore"]),
    tests(of: "VentiTransport", ["VentiCore", "VentiWire", nioCore, nioEmbedded]),
    tests(of: "VentiClient", ["Posix", "VentiCore", "VentiWire"]),
    tests(
      of: "VentiServer", ["Posix", "VentiClient", "VentiCore", "VentiWire", logging, system]),
    .testTarget(
      name: "VentiCommandTests",
      dependencies: [
        "Posix", "TestSupport", "VentiClient", "VentiCore", "VentiStore", "VentiWire", "venti",
        system,
      ],
      resources: [.copy("Fixtures")], swiftSettings: settings),
    .testTarget(
      name: "ManualTests", dependencies: ["TestSupport", "unvac", "vac", "vacfs", "venti", system],
      path: "Tests/ManualTests", swiftSettings: settings),
    tests(of: "VentiStore", ["Posix", "VentiCore", system]),
    tests(of: "VentiTools", ["Posix", "VentiCore", "VentiStore", system]),
  ],
  swiftLanguageModes: [.v6]
)
