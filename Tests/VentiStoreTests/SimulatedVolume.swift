import Posix
import SystemPackage
import TestSupport
import VentiCore
import VentiStore

/// A file system in memory that records what is done to it, and after a power cut holds what a file
/// system might: names and bytes that were synced, and of the rest whichever chance picks.
final class SimulatedVolume: StoreVolume {
  /// A thing done to the file system; files are numbered.
  private enum Event: Sendable {
    /// A name leads to a file of these bytes from now on; to none when nil.
    case name(String, file: Int?, bytes: [UInt8])
    case write(file: Int, offset: Int, bytes: [UInt8])
    case sync(file: Int)
    case syncNames
  }

  private struct State: Sendable {
    var events: [Event] = []
    var names: [String: Int] = [:]
    var contents: [Int: [UInt8]] = [:]
    var failsReplacing = false

    mutating func give(_ name: String, _ bytes: [UInt8]) {
      let file = contents.count
      contents[file] = bytes
      names[name] = file
      events.append(.name(name, file: file, bytes: bytes))
    }
  }

  private let state: Monitor<State>
  private let initial: [String: [UInt8]]

  init(_ files: [String: [UInt8]] = [:]) {
    initial = files
    var state = State()
    for (name, bytes) in files.sorted(by: { $0.key < $1.key }) { state.give(name, bytes) }
    state.events = []
    self.state = Monitor(state)
  }

  /// From now on a file that replaces another is there, and then an error is.
  func failReplacing() { state.withLock { $0.failsReplacing = true } }

  /// How many things have been done.
  var eventCount: Int { state.withLock { $0.events.count } }

  /// The files and their contents.
  var files: [String: [UInt8]] {
    state.withLock { state in state.names.mapValues { state.contents[$0] ?? [] } }
  }

  /// What the file system may hold after power failed when `count` things had been done.
  func afterPowerCut(
    events count: Int, using random: inout SeededGenerator
  ) -> SimulatedVolume {
    var disk = Survivor(initial)
    for event in state.withLock({ $0.events.prefix(count) }) {
      switch event {
      case .name(let name, let file, let bytes):
        // A file's length and first contents are safe before its name is.
        if let file { disk.contents[file] = bytes }
        disk.unsyncedNames.append((name, file))
      case .write(let file, let offset, let bytes):
        disk.unsynced[file, default: []].append((offset, bytes))
      case .sync(let file): disk.sync(file)
      case .syncNames: disk.syncNames()
      }
    }
    return SimulatedVolume(disk.cut(using: &random))
  }

  func exists(_ path: FilePath) -> Bool { state.withLock { $0.names[path.string] != nil } }

  func createDirectory(_ path: FilePath) {}

  func createFile(_ path: FilePath, byteCount: Int) throws(StoreError) {
    guard !exists(path) else { throw .stray(path) }
    state.withLock { $0.give(path.string, [UInt8](repeating: 0, count: byteCount)) }
  }

  func removeFile(_ path: FilePath) {
    state.withLock { state in
      state.names[path.string] = nil
      state.events.append(.name(path.string, file: nil, bytes: []))
    }
  }

  func text(of path: FilePath) throws(StoreError) -> String {
    String(decoding: files[path.string] ?? [], as: UTF8.self)
  }

  func replaceFile(_ path: FilePath, text: String) throws(StoreError) {
    let fails = state.withLock { state in
      state.give(path.string, Array(text.utf8))
      return state.failsReplacing
    }
    if fails { throw .file(path: path.string, operation: "write", .ioError) }
    try synchronize(path.removingLastComponent())
  }

  func synchronize(_ directory: FilePath) throws(StoreError) {
    state.withLock { $0.events.append(.syncNames) }
  }

  func open(_ name: String) throws(StoreError) -> any Partition {
    let found = state.withLock { state in
      state.names[name].map { ($0, state.contents[$0]?.count ?? 0) }
    }
    guard let (file, length) = found else {
      throw .file(path: name, operation: "open", .noSuchFileOrDirectory)
    }
    return VolumePartition(volume: self, file: file, name: name, length: length)
  }

  fileprivate func read(_ file: Int, _ range: Range<Int>) -> Block {
    Block(state.withLock { Array($0.contents[file]?[range] ?? []) })
  }

  fileprivate func write(_ file: Int, _ bytes: [UInt8], at offset: Int) {
    state.withLock { state in
      state.contents[file]?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      state.events.append(.write(file: file, offset: offset, bytes: bytes))
    }
  }

  fileprivate func sync(_ file: Int) { state.withLock { $0.events.append(.sync(file: file)) } }
}

/// What of a file system would survive.
private struct Survivor {
  var names: [String: Int] = [:]
  var contents: [Int: [UInt8]] = [:]
  var unsyncedNames: [(String, Int?)] = []
  var unsynced: [Int: [(Int, [UInt8])]] = [:]

  init(_ files: [String: [UInt8]]) {
    for (number, (name, bytes)) in files.sorted(by: { $0.key < $1.key }).enumerated() {
      names[name] = number
      contents[number] = bytes
    }
  }

  mutating func sync(_ file: Int) {
    for (offset, bytes) in unsynced.removeValue(forKey: file) ?? [] {
      contents[file]?.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
  }

  mutating func syncNames() {
    for (name, file) in unsyncedNames { names[name] = file }
    unsyncedNames = []
  }

  /// All, nothing, or some of what is not synced.
  mutating func cut(using random: inout SeededGenerator) -> [String: [UInt8]] {
    let survival = Int.random(in: 0...4, using: &random)
    for (name, file) in unsyncedNames where Int.random(in: 0..<4, using: &random) < survival {
      names[name] = file
    }
    for (file, writes) in unsynced.sorted(by: { $0.key < $1.key }) {
      for (offset, bytes) in writes {
        SimulatedDisk.tear(
          offset, bytes, into: &contents[file, default: []], survival: survival, using: &random)
      }
    }
    return names.compactMapValues { contents[$0] }
  }
}

private struct VolumePartition: Partition {
  let volume: SimulatedVolume
  let file: Int
  let name: String
  let length: Int

  func read(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    try check(count, at: offset)
    return volume.read(file, offset..<offset + count)
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StoreError) {
    try check(bytes.byteCount, at: offset)
    volume.write(file, Block(copying: bytes).array, at: offset)
  }

  func sync() { volume.sync(file) }

  private func check(_ count: Int, at offset: Int) throws(StoreError) {
    guard offset >= 0, count >= 0, offset <= length - count else {
      throw .outside(partition: name, offset: offset, count: count, length: length)
    }
  }
}
