import Posix
import SystemPackage
import TestSupport
import VentiCore
import VentiStore

/// Partitions in memory that record what is done to them, fail when told to, and after a power
/// cut hold what a disk might: what was synced, and of the rest whichever sectors chance picks.
final class SimulatedDisk: Sendable {
  /// A thing done to the disk, or a mark that a test set.
  enum Event: Sendable, Equatable {
    case write(Int, offset: Int, bytes: [UInt8])
    case sync(Int)
    case failedSync(Int)
    case mark(Int)
  }

  /// What has been read of a partition.
  struct Reads: Sendable {
    var count = 0
    var byteCount = 0
  }

  static let sectorByteCount = 512

  private struct State: Sendable {
    var events: [Event] = []
    var contents: [[UInt8]]
    var operations = 0
    var failingOperation: Int?
    var failure: Errno = .ioError
    /// Partitions whose reads fail.
    var unreadable: Set<Int> = []
    /// Called while half of a write to a partition is done.
    var interruptions: [Int: @Sendable () -> Void] = [:]
    /// Whether the system has all in memory, and says so.
    var isInMemory = false
    /// What was to be on its way to the first partition, before a sync.
    var begun: [Range<Int>] = []
    /// What has been read, by partition.
    var reads: [Int: Reads] = [:]

    mutating func step() throws(Errno) {
      operations += 1
      if let failingOperation, operations >= failingOperation { throw failure }
    }
  }

  private let state: Monitor<State>
  private let initial: [[UInt8]]

  init(_ contents: [[UInt8]]) {
    initial = contents
    state = Monitor(State(contents: contents))
  }

  convenience init(sizes: [Int]) {
    self.init(sizes.map { [UInt8](repeating: 0, count: $0) })
  }

  var partitions: [any Partition] {
    initial.indices.map {
      SimulatedPartition(disk: self, number: $0, length: initial[$0].count)
    }
  }

  /// What has been done so far.
  var events: [Event] { state.withLock { $0.events } }
  var contents: [[UInt8]] { state.withLock { $0.contents } }

  /// What has been read of a partition so far.
  func reads(of number: Int) -> Reads { state.withLock { $0.reads[number] ?? Reads() } }

  /// Notes that a test came so far.
  func mark(_ number: Int) { state.withLock { $0.events.append(.mark(number)) } }

  /// The `count`th write or sync from now on fails, and all after it; half of a write that fails is
  /// there.
  func fail(after count: Int, with error: Errno) {
    state.withLock { state in
      state.failingOperation = state.operations + count
      state.failure = error
    }
  }

  /// From now on no write or sync fails.
  func heal() { state.withLock { $0.failingOperation = nil } }

  /// From now on all reads fail, or none.
  func failReads(_ fails: Bool) {
    state.withLock { $0.unreadable = fails ? Set(initial.indices) : [] }
  }

  /// From now on all reads of a partition fail.
  func failReads(of number: Int) { state.withLock { _ = $0.unreadable.insert(number) } }

  /// Whether the system has all in memory, and says so.
  var isInMemory: Bool { state.withLock { $0.isInMemory } }

  /// From now on the system says that it has all in memory.
  func keepInMemory() { state.withLock { $0.isInMemory = true } }

  /// Calls `body` in the middle of each write to a partition, when half of the bytes are there.
  func interruptWrites(to number: Int, _ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.interruptions[number] = body }
  }

  /// Changes bytes behind the store's back.
  func damage(_ number: Int, _ change: (inout [UInt8]) -> Void) {
    state.withLock { change(&$0.contents[number]) }
  }

  /// What the disk may hold after power failed when `count` events had happened.
  func afterPowerCut(
    events count: Int, using random: inout SeededGenerator
  ) -> [[UInt8]] {
    var contents = initial
    var unsynced: [Int: [(Int, [UInt8])]] = [:]
    for event in events.prefix(count) {
      switch event {
      case .mark: break
      case .write(let number, let offset, let bytes):
        unsynced[number, default: []].append((offset, bytes))
      case .failedSync(let number):
        // The system takes what it could not write for written, and never tries again.
        for (offset, bytes) in unsynced.removeValue(forKey: number) ?? [] {
          Self.tear(offset, bytes, into: &contents[number], survival: 2, using: &random)
        }
      case .sync(let number):
        for (offset, bytes) in unsynced.removeValue(forKey: number) ?? [] {
          contents[number].replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
      }
    }
    // All, nothing, or some of each write.
    let survival = Int.random(in: 0...4, using: &random)
    for (number, writes) in unsynced.sorted(by: { $0.key < $1.key }) {
      for (offset, bytes) in writes {
        Self.tear(offset, bytes, into: &contents[number], survival: survival, using: &random)
      }
    }
    return contents
  }

  /// Puts the sectors of a write that survive a power cut in their place: all with a `survival` of 4,
  /// none with 0.
  static func tear(
    _ offset: Int, _ bytes: [UInt8], into content: inout [UInt8], survival: Int,
    using random: inout SeededGenerator
  ) {
    var start = 0
    while start < bytes.count {
      let sector = (offset + start) / sectorByteCount
      let end = min(bytes.count, (sector + 1) * sectorByteCount - offset)
      if Int.random(in: 0..<4, using: &random) < survival {
        content.replaceSubrange(offset + start..<offset + end, with: bytes[start..<end])
      }
      start = end
    }
  }

  fileprivate func read(_ number: Int, _ count: Int, at offset: Int) throws(Errno) -> Block {
    let bytes = state.withLock { state -> ArraySlice<UInt8>? in
      state.reads[number, default: Reads()].count += 1
      state.reads[number, default: Reads()].byteCount += count
      return state.unreadable.contains(number)
        ? nil : state.contents[number][offset..<offset + count]
    }
    guard let bytes else { throw .ioError }
    return Block(Array(bytes))
  }

  fileprivate func write(_ number: Int, _ bytes: [UInt8], at offset: Int) throws(Errno) {
    // In two parts, as the system may do it: a reader may come between them.
    let half = bytes.count / 2
    let interrupt = try state.withLock { state throws(Errno) in
      state.contents[number].replaceSubrange(offset..<offset + half, with: bytes[..<half])
      do throws(Errno) {
        try state.step()
      } catch {
        let written = Array(bytes[..<half])
        state.events.append(.write(number, offset: offset, bytes: written))
        throw error
      }
      return state.interruptions[number]
    }
    interrupt?()
    state.withLock { state in
      state.contents[number].replaceSubrange(
        offset + half..<offset + bytes.count, with: bytes[half...])
      state.events.append(.write(number, offset: offset, bytes: bytes))
    }
  }

  fileprivate func sync(_ number: Int) throws(Errno) {
    try state.withLock { state throws(Errno) in
      do throws(Errno) {
        try state.step()
        state.events.append(.sync(number))
      } catch {
        state.events.append(.failedSync(number))
        throw error
      }
    }
  }
}

extension SimulatedDisk {
  /// Waits until something of the first partition is to be on its way to the disk; nil when that does not
  /// come to pass.
  func waitForBegun() -> [Range<Int>]? {
    state.wait(until: .after(seconds: 20)) { $0.begun.isEmpty ? nil : $0.begun }
  }

  fileprivate func begin(_ range: Range<Int>) {
    state.update { $0.begun.append(range) }
  }
}

private struct SimulatedPartition: Partition {
  let disk: SimulatedDisk
  let number: Int
  let length: Int

  var name: String { "disk\(number)" }

  func read(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    try check(count, at: offset)
    do throws(Errno) {
      return try disk.read(number, count, at: offset)
    } catch {
      throw .file(path: name, operation: "read", error)
    }
  }

  func readInMemory(_ count: Int, at offset: Int) throws(StoreError) -> Block? {
    disk.isInMemory ? try read(count, at: offset) : nil
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StoreError) {
    try check(bytes.byteCount, at: offset)
    do throws(Errno) {
      try disk.write(number, Block(copying: bytes).array, at: offset)
    } catch {
      throw .file(path: name, operation: "write", error)
    }
  }

  func beginSync(of range: Range<Int>) {
    if number == 0 { disk.begin(range) }
  }

  func sync() throws(StoreError) {
    do throws(Errno) {
      try disk.sync(number)
    } catch {
      throw .file(path: name, operation: "sync", error)
    }
  }

  private func check(_ count: Int, at offset: Int) throws(StoreError) {
    guard offset >= 0, count >= 0, offset <= length - count else {
      throw .outside(partition: name, offset: offset, count: count, length: length)
    }
  }
}
