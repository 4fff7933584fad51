import Posix
import SystemPackage
import TestSupport
import VentiCore
import VentiStore
import VentiTools

/// Collects what a tool says.
final class Lines: Sendable {
  private let state = Monitor((printed: [String](), noted: [String]()))

  var output: ToolOutput {
    ToolOutput(
      print: { line in self.state.withLock { $0.printed.append(line) } },
      note: { line in self.state.withLock { $0.noted.append(line) } })
  }

  var printed: [String] { state.withLock { $0.printed } }
  var noted: [String] { state.withLock { $0.noted } }
  /// What was noted, without the time that some lines begin with.
  var untimed: [String] { noted.map(Self.withoutTime) }
  var printedUntimed: [String] { printed.map(Self.withoutTime) }

  private static func withoutTime(_ line: String) -> String {
    let fields = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard fields.count == 3, fields[0].contains("/"), fields[1].contains(":") else { return line }
    return String(fields[2])
  }
}

/// Files of stores, in a directory of the test's own.
struct Workshop {
  private let temporary: TemporaryDirectory
  var directory: FilePath { temporary.path }

  init() throws {
    temporary = try TemporaryDirectory()
  }

  /// A store that plan9port wrote.
  func fixture(_ fixture: StoreFixture = .store) throws -> FilePath {
    try fixture.unpack(into: directory)
  }

  func partition(
    _ path: FilePath, for access: FilePartition.Access = .readWrite
  ) throws -> FilePartition {
    try FilePartition(opening: path.string, for: access)
  }

  func arenas(_ path: FilePath) throws -> ArenaPartition {
    try ArenaPartition(partition(path))
  }

  func parts(_ store: FilePath) throws -> StoreParts {
    try StoreParts(StoreConfiguration(contentsOf: store), for: .readWrite)
  }

  func write(_ name: String, _ text: String) throws {
    try File.replace(directory.appending(name), text: text)
  }

  func create(_ name: String, byteCount: Int) throws -> FilePath {
    let path = directory.appending(name)
    try File.create(path, byteCount: byteCount)
    return path
  }

  /// A store of our own with arenas of 1 MiB, two of them sealed.
  func sealedStore() throws -> FilePath {
    let path = directory.appending("sealed")
    var creator = StoreCreator(directory: path, arenaByteCount: 4 << 20)
    creator.arenaSize = 1 << 20
    try creator.create()
    let store = try Store(opening: path)
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<300 { try store.write(Block(generator.bytes(8000)), type: .data) }
    try store.flushIndex()
    // Returns once what could be sealed is.
    try store.flushIndex()
    try store.close()
    return path
  }
}

extension Partition {
  /// The score of all bytes, or of those from an offset on.
  func digest(from start: Int = 0, count: Int? = nil) throws -> Score {
    try read(count ?? length - start, at: start).score
  }

  /// Flips a bit of a byte.
  func flip(at offset: Int) throws {
    try overwrite([read(1, at: offset).array[0] ^ 1], at: offset)
  }

  func overwrite(_ bytes: [UInt8], at offset: Int) throws {
    try write(Block(bytes).bytes, at: offset)
  }
}

extension ArchiveFixture {
  /// The root's address.
  var root: BlockAddress {
    get throws {
      let line = try text.split(separator: "\n").first ?? ""
      return try BlockAddress(LabelledScore(line).score, .root, limit: Root.byteCount)
    }
  }
}
