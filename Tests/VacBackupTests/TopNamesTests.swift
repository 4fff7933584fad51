import TestSupport
import Testing
import VacArchive
import VacBackup

struct TopNamesTests {
  @Test(
    "names come in their order, and equal ones in that of their places, however few are in memory",
    arguments: [1, 500, 1 << 20], [1, 1000])
  func order(byteLimit: Int, memoryLimit: Int) throws {
    var random = SeededGenerator(seed: UInt64(byteLimit + memoryLimit))
    var scratch = Scratch()
    scratch.memoryLimit = memoryLimit
    var top = TopNames(scratch, byteLimit: byteLimit)
    var all: [(name: [UInt8], place: Int)] = []
    #expect(top.isEmpty)
    for place in 0..<400 {
      // Of few letters, so that some are equal, and many begin alike.
      let name = (0..<Int.random(in: 1...12, using: &random)).map { _ in
        UInt8.random(in: 97...98, using: &random)
      }
      all.append((name, place))
      try top.add(name, place)
    }
    all.sort { left, right in
      left.name == right.name
        ? left.place < right.place : ArchiveOrder.isOrdered(left.name, right.name)
    }

    var found: [(name: [UInt8], place: Int)] = []
    while !top.isEmpty {
      var next = try top.next()
      try #require(next.count > 0)
      next.sort()
      for position in 0..<next.count {
        let (name, place) = next[position]
        found.append((name, place))
      }
    }

    #expect(found.map(\.name) == all.map(\.name))
    #expect(found.map(\.place) == all.map(\.place))
    #expect(try top.next().count == 0)
  }

  @Test("where nothing can be set aside, that is an error")
  func fullDisk() throws {
    var top = TopNames(ScratchTests.full, byteLimit: 1)
    #expect(throws: ScratchError.self) {
      for place in 0..<100 { try top.add([UInt8(place)], place) }
    }
  }
}
