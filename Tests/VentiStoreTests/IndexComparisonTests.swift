import TestSupport
import Testing
import VentiCore
import VentiStore

/// An index is compared with the arenas in the memory that the configuration gives it.
struct IndexComparisonTests {
  @Test(
    "with little memory or much, the same is found wrong; the directories are read as often as needed",
    arguments: [(0, 4), (1 << 20, 1)])
  func memory(byteCount: Int, readings: Int) throws {
    let again = try SimulatedStore(arenas: 2, buckets: 4096, bloomByteCount: 1 << 20)
      .holding(SimulatedStore.blocks(12_000, of: 20...24, seed: 70))
    let section = try IndexSection(again.parts.sections[0])
    let lost = [5, 1000, 2000]
    let count = try lost.reduce(0) { try $0 + section.bucket($1).count }
    again.disk.damage(1) { bytes in
      for number in lost { bytes[section.header.base + number * 512 + 1] = 0 }
      // The first entry of another bucket points elsewhere.
      bytes[section.header.base + 30 * 512 + 6 + 33] ^= 1
    }
    var parts = again.parts
    parts.indexMemoryByteCount = byteCount
    let before = again.disk.reads(of: 0).byteCount

    var comparison = try IndexComparison(parts)
    var found: [IndexComparison.Difference] = []
    try comparison.run { found.append($0) }

    let reading = 12_000 * 25 * 5 / 4
    let read = again.disk.reads(of: 0).byteCount - before - 65_536
    #expect((reading * (readings - 1)..<reading * readings).contains(read), "\(read) bytes")
    #expect(found.map(\.offset) == [5, 30, 1000, 2000].map { section.header.base + $0 * 512 })
    #expect(found.reduce(0) { $0 + $1.missing.count } == count + 1)
    #expect(found.reduce(0) { $0 + $1.spurious.count } == 1)
    #expect(found.allSatisfy { $0.wrong.isEmpty && $0.missingFromBloom.isEmpty })
  }

  @Test("an entry may point to any copy of its block", arguments: [0, 64 << 20])
  func copies(memoryByteCount: Int) throws {
    let crowded = try CrowdedStore()
    for number in [0, 1, 4095, 4096, CrowdedStore.copyCount - 1] {
      try crowded.replaceEntry(by: crowded.copies[number])
      let found = try crowded.differences(memoryByteCount: memoryByteCount)
      #expect(found.isEmpty, "copy \(number): \(found)")
    }
  }

  @Test("an entry that points to no copy of its block is found wrong", arguments: [0, 64 << 20])
  func elsewhere(memoryByteCount: Int) throws {
    let crowded = try CrowdedStore()
    let copy = crowded.copies[5000]
    for address in [copy.address + 1, 0, .max, copy.address + 1 << 40] {
      try crowded.replaceEntry(
        by: IndexEntry(
          score: copy.score, typeValue: copy.typeValue, address: address, size: copy.size,
          unitCount: copy.unitCount))
      let found = try crowded.differences(memoryByteCount: memoryByteCount)
      #expect(found.count == 1)
      #expect(found.first?.spurious.map(\.address) == [address])
      #expect(found.first?.missing.map(\.score) == [copy.score])
    }
  }
}
