import TestSupport
import Testing
import VacArchive
import VacBackup

struct SortedRunsTests {
  @Test(
    "records of several runs come in the order of their names, then of their ranks, then of the runs",
    arguments: [1, 1000, 1 << 20])
  func merge(memoryLimit: Int) throws {
    var scratch = Scratch()
    scratch.memoryLimit = memoryLimit
    var random = SeededGenerator(seed: UInt64(memoryLimit))
    var runs = SortedRuns(scratch)
    var all: [(run: Int, record: SortedRuns.Record)] = []
    for number in 0..<60 {
      // Some without any.
      let run = records(Int.random(in: 0...40, using: &random), &random)
      for record in run { try runs.append(record) }
      try runs.endRun()
      all += run.map { (number, $0) }
    }
    all.sort { left, right in
      left.record.name == right.record.name
        ? (left.record.rank, left.run) < (right.record.rank, right.run)
        : ArchiveOrder.isOrdered(left.record.name, right.record.name)
    }

    for (_, expected) in all {
      let first = try #require(runs.first)
      #expect(first == (expected.name, expected.rank))
      let record = try #require(try runs.next())
      #expect(record.name == expected.name)
      #expect(record.value == expected.value)
    }

    #expect(runs.isEmpty)
    #expect(try runs.next() == nil)
  }

  @Test("a run may be added when part of the others has been taken")
  func addLater() throws {
    var runs = SortedRuns(Scratch())
    for name in ["a", "c"] { try runs.append(record(name)) }
    try runs.endRun()
    #expect(try runs.next()?.name == Array("a".utf8))
    for name in ["b", "d"] { try runs.append(record(name)) }
    try runs.endRun()

    for name in ["b", "c", "d"] { #expect(try runs.next()?.name == Array(name.utf8)) }
    #expect(runs.isEmpty)
  }

  private func record(_ name: String) -> SortedRuns.Record {
    SortedRuns.Record(name: Array(name.utf8), rank: 0, value: [])
  }

  /// Records of one run: names that others have as well, once each, in their order.
  private func records(_ count: Int, _ random: inout SeededGenerator) -> [SortedRuns.Record] {
    let names = Set(
      (0..<count).map { _ in
        (0..<Int.random(in: 1...2, using: &random)).map { _ in
          UInt8.random(in: 97...104, using: &random)
        }
      })
    return names.sorted(by: ArchiveOrder.isOrdered).map { name in
      SortedRuns.Record(
        name: name, rank: Int.random(in: 0...3, using: &random),
        value: (0..<Int.random(in: 0...60, using: &random)).map { _ in
          UInt8.random(in: 0...255, using: &random)
        })
    }
  }
}
