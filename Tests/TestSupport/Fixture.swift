internal import Foundation
internal import Glibc
public import SystemPackage

/// The files in `Fixtures/`; the README beside them says how each was made.
public enum Fixture {
  /// A file that plan9port wrote, by its name in `Fixtures/plan9port`.
  public static func plan9port(_ name: String) -> FilePath {
    FilePath(Bundle.module.bundlePath).appending("Fixtures/plan9port").appending(name)
  }

  /// A program of this package, built beside the tests.
  ///
  /// The test target must depend on the executable, so that it is built and up to date.
  public static func program(_ name: String) -> FilePath {
    FilePath(Bundle.module.bundlePath).removingLastComponent().appending(name)
  }
}

/// A store in `Fixtures/plan9port`.
public enum StoreFixture: String, CaseIterable, Sendable {
  /// Arenas of version 5, indexed, with a bloom filter.
  case store
  /// Arenas of version 4, and nothing in the index.
  case storeV4 = "store-v4"

  /// Unpacks the store below `directory`, and returns the directory that holds its `venti.conf`.
  public func unpack(into directory: FilePath) throws -> FilePath {
    try ChildProcess.run(
      "tar", "--zstd", "-xf", Fixture.plan9port(rawValue + ".tar.zst").string, "-C",
      directory.string)
    return directory.appending(rawValue)
  }
}

/// An archive in `Fixtures/plan9port`.
public enum ArchiveFixture: String, CaseIterable, Sendable {
  case zoo512 = "zoo-512"
  case zoo8k = "zoo-8k"
  case zoo52k = "zoo-52k"
  case nightly
  case merged
  case diff
  case stdin
  case treeV4 = "tree-v4"

  /// The `.vac` file.
  public var file: FilePath { Fixture.plan9port(rawValue + ".vac") }

  /// The line in the `.vac` file: `vac:` and the score.
  public var text: String {
    get throws {
      try String(contentsOfFile: file.string, encoding: .utf8)
        .trimmingCharacters(in: .newlines)
    }
  }

  /// The store that holds the archive.
  public var store: StoreFixture { self == .treeV4 ? .storeV4 : .store }

  /// What a mount of the archive shows on this machine.
  public var manifest: Manifest {
    get throws {
      switch self {
      case .zoo512, .zoo8k, .zoo52k: try recorded("zoo")
      case .nightly, .merged, .treeV4: try recorded(rawValue)
      case .diff: try recorded("nightly").below("2026/1122.1")
      case .stdin: Manifest([.standardInput])
      }
    }
  }

  private func recorded(_ name: String) throws -> Manifest {
    try Manifest(contentsOf: Fixture.plan9port(name + ".jsonl")).onThisMachine()
  }
}

extension ManifestRow {
  /// The one file of `stdin.vac`.
  ///
  /// Its owner is `vac`, a name that no machine knows.
  fileprivate static var standardInput: ManifestRow {
    ManifestRow(
      path: "dump.sql", type: "f", mode: "666", size: 100_000, mtime: 1_795_346_519,
      uid: geteuid(), gid: getegid(),
      sha256: "d69e68988157833272305aaf21f453c800346e8a3640db6578e260215542e5d4")
  }
}
