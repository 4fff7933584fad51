import TestSupport
import Testing
import VacArchive
import VentiCore

/// What makes a qid an inode number.
struct NumberTests {
  private func numbers(_ records: [RawRecord]) throws -> [UInt64] {
    let store = MemoryStore()
    let reference = try store.directory(
      blocks: [rawMetadataBlock(records.map(\.bytes))], entries: [])
    let directory = try Directory(loading: reference, from: store)
    return (0..<directory.count).map { directory.number(at: $0) }
  }

  private func directory(
    _ name: String, qid: UInt64, space: (offset: UInt64, maximum: UInt64)?
  ) -> RawRecord {
    RawRecord(name, qid: qid).with {
      $0.mode = 0x81ed
      if let space {
        $0.options = RawRecord.space(offset: space.offset, maximum: space.maximum)
      }
    }
  }

  private static let tagBit: UInt64 = 1 << 63

  @Test("a proper merge adds its offset")
  func merge() throws {
    #expect(try numbers([directory("a", qid: 3, space: (7, 10))]) == [10])
  }

  @Test("a number above its own space's maximum is one of the whole archive")
  func freshNumber() throws {
    #expect(try numbers([directory("a", qid: 14, space: (7, 5))]) == [14])
  }

  @Test("a space of offset 0 begins anew: equal qids get different numbers")
  func nightly() throws {
    let days = try numbers([
      directory("1122", qid: 2, space: (0, 9)), directory("1122.1", qid: 1, space: (0, 9)),
      directory("1122.2", qid: 1, space: (0, 9)),
    ])
    #expect(Set(days).count == 3)
    #expect(days.allSatisfy { $0 & Self.tagBit != 0 })
  }

  @Test("of siblings with one qid the first keeps it")
  func siblings() throws {
    let found = try numbers([
      RawRecord("b", qid: 5), RawRecord("a", qid: 5), RawRecord("c", qid: 6),
    ])
    #expect(found[0] == 5)
    #expect(found[1] & Self.tagBit != 0)
    #expect(found[2] == 6)
  }

  @Test("names of one file share its number")
  func hardLinks() throws {
    var unix = UnixMetadata()
    unix.linkCount = 3
    var writer = ByteWriter()
    unix.write(to: &writer)
    let linked = { (name: String) in
      RawRecord(name, qid: 5).with { $0.options = RawRecord.option(0x55, writer.bytes) }
    }
    let found = try numbers([linked("a"), RawRecord("b", qid: 5), linked("c")])
    #expect(found[0] == 5)
    #expect(found[1] != 5)
    #expect(found[2] == 5)
  }

  @Test("0 and what has the highest bit are not shown as they are")
  func unusable() throws {
    let found = try numbers([
      RawRecord("a", qid: 0), RawRecord("b", qid: .max),
      directory("c", qid: .max, space: (.max, .max)),
    ])
    #expect(found.allSatisfy { $0 & Self.tagBit != 0 })
    #expect(Set(found).count == 3)
  }
}
