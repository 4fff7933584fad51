import Posix
import SystemPackage
import TestSupport
import Testing
import VacBackup

/// What is set aside comes back, from memory or from a temporary file.
struct ScratchTests {
  /// The disk that is always full.
  static var full: Scratch {
    var scratch = Scratch()
    scratch.memoryLimit = 100
    scratch.makeFile = { _ throws(Errno) in try File(opening: "/dev/full", for: .readWrite) }
    return scratch
  }

  private func scratch(_ memoryLimit: Int) -> Scratch {
    var scratch = Scratch()
    scratch.memoryLimit = memoryLimit
    return scratch
  }

  private func bytes(_ limit: Int, _ random: inout SeededGenerator) -> [UInt8] {
    (0..<Int.random(in: 0...limit, using: &random)).map { _ in
      UInt8.random(in: 0...255, using: &random)
    }
  }

  @Test(
    "a stack gives back what was put on it, the last first", arguments: [1, 64, 1000, 1 << 20])
  func stack(memoryLimit: Int) throws {
    var random = SeededGenerator(seed: UInt64(memoryLimit))
    var stack = ByteStack(scratch(memoryLimit))
    var expected: [[UInt8]] = []
    for round in 0..<3000 {
      // Up and down in waves.
      if Int.random(in: 0...9, using: &random) < (round / 500 % 2 == 0 ? 7 : 2) {
        expected.append(bytes(200, &random))
        try stack.push(expected[expected.count - 1])
      } else {
        #expect(try stack.pop() == expected.popLast())
      }
      #expect(stack.count == expected.count)
    }
    while let record = expected.popLast() { #expect(try stack.pop() == record) }
    #expect(try stack.pop() == nil)
  }

  @Test("a stack of values has the last at hand", arguments: [2, 7, 1000], [1, 1 << 20])
  func values(limit: Int, memoryLimit: Int) throws {
    var random = SeededGenerator(seed: UInt64(limit))
    var stack = DeepStack<[UInt8]>(
      scratch(memoryLimit), limit: limit, encode: { $0.reversed() }, decode: { $0.reversed() })
    var expected: [[UInt8]] = []
    for round in 0..<3000 {
      if Int.random(in: 0...9, using: &random) < (round / 500 % 2 == 0 ? 7 : 2) {
        expected.append(bytes(20, &random))
        try stack.push(expected[expected.count - 1])
      } else {
        #expect(try stack.pop() == expected.popLast())
      }
      #expect(stack.count == expected.count)
      guard let last = expected.last else { continue }
      #expect(stack.last == last)
      stack.last.append(1)
      expected[expected.count - 1].append(1)
    }
  }

  @Test("a table has the last value of each key", arguments: [1, 100_000, 1 << 20])
  func table(memoryLimit: Int) throws {
    var random = SeededGenerator(seed: UInt64(memoryLimit))
    var table = ByteTable(keyCount: 2, valueCount: 1, scratch(memoryLimit))
    var expected: [[UInt8]: [UInt8]] = [:]
    for _ in 0..<20_000 {
      let key = (0..<2).map { _ in UInt8.random(in: 0..<80, using: &random) }
      switch Int.random(in: 0...4, using: &random) {
      case 0:
        try table.remove(key)
        expected[key] = nil
      case 1:
        #expect(try table.insert([7], for: key) == expected[key])
        expected[key] = expected[key] ?? [7]
      case 2: #expect(try table.value(for: key) == expected[key])
      default:
        let value = [UInt8.random(in: 0...255, using: &random)]
        try table.set(value, for: key)
        expected[key] = value
      }
      #expect(table.count == expected.count)
    }
    for (key, value) in expected { #expect(try table.value(for: key) == value) }
  }

  @Test("a heap gives back what was added, until it is forgotten", arguments: [1, 100, 1 << 20])
  func heap(memoryLimit: Int) throws {
    var random = SeededGenerator(seed: UInt64(memoryLimit))
    var heap = ByteHeap(scratch(memoryLimit))
    for _ in 0..<3 {
      var places: [(place: Int, bytes: [UInt8])] = []
      for _ in 0..<200 {
        let bytes = bytes(50, &random)
        #expect(heap.end == places.last.map { $0.place + $0.bytes.count } ?? heap.start)
        places.append((try heap.append(bytes), bytes))
        let number = Int.random(in: places.indices, using: &random)
        places[number].bytes.reverse()
        try heap.set(places[number].bytes, at: places[number].place)
        let known = places[Int.random(in: places.indices, using: &random)]
        #expect(try heap.bytes(known.bytes.count, at: known.place) == known.bytes)
      }
      heap.removeAll()
      #expect(places.allSatisfy { $0.place < heap.start || $0.bytes.isEmpty })
    }
  }

  @Test("a heap that is cut ends there, and goes on", arguments: [1, 100, 1 << 20])
  func cutHeap(memoryLimit: Int) throws {
    var random = SeededGenerator(seed: UInt64(memoryLimit))
    var heap = ByteHeap(scratch(memoryLimit))
    var expected: [UInt8] = []
    for _ in 0..<300 {
      let bytes = bytes(50, &random)
      _ = try heap.append(bytes)
      expected += bytes
      let count = Int.random(in: 0...expected.count, using: &random)
      if count % 3 == 0 {
        heap.cut(to: count)
        expected.removeLast(expected.count - count)
      }
      #expect(heap.end == expected.count)
      #expect(try heap.bytes(expected.count, at: 0) == expected)
    }
  }

  @Test("a full disk is an error that says what to do")
  func full() throws {
    var stack = ByteStack(Self.full)
    let error = try #require(throws: ScratchError.self) {
      while true { try stack.push([1, 2, 3]) }
    }
    #expect(error.error == .noSpace)
    #expect(
      error.description.hasSuffix(
        ": write: No space left on device; set TMPDIR to a directory with room"))
  }

  @Test("a directory that is not there is an error, once a file is needed")
  func missing() throws {
    var scratch = scratch(800)
    scratch.directory = "/nowhere at all"
    var heap = ByteHeap(scratch)
    _ = try heap.append([UInt8](repeating: 0, count: 100))
    let error = try #require(throws: ScratchError.self) { try heap.append([1]) }
    #expect(
      error
        == ScratchError(
          action: "make", directory: "/nowhere at all", error: .noSuchFileOrDirectory))
  }
}
