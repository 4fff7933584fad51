import TestSupport
import Testing
import VacArchive
import VentiCore

/// The examples of `docs/unix-metadata.md`, to the byte.
struct UnixMetadataTests {
  private static let vectors: [(hex: String, metadata: UnixMetadata)] = [
    (
      "01 0059 ffffffff 00000000 00000000 00000006 62 00000008 00000011 00000002",
      make {
        $0.modified = .init(highSeconds: -1, nanoseconds: 0)
        $0.owner = .init(user: 0, group: 6)
        $0.device = DeviceNumber(isBlock: true, major: 8, minor: 17)
        $0.linkCount = 2
      }
    ),
    (
      "01 0080 000d 0006 00000001 757365722e61 78",
      make { $0.attributes = .inline(vector("0006 00000001 757365722e61 78")) }
    ),
    (
      "01 0120 00000005",
      make {
        $0.isSocket = true
        $0.attributes = .slot(5)
      }
    ),
    (
      "01 0007 00000000 00000001 00000001 00000002 ffffffff 3b9ac9ff",
      make {
        $0.modified = .init(highSeconds: 0, nanoseconds: 1)
        $0.accessed = .init(highSeconds: 1, nanoseconds: 2)
        $0.changed = .init(highSeconds: -1, nanoseconds: 999_999_999)
      }
    ),
  ]

  private static func make(_ change: (inout UnixMetadata) -> Void) -> UnixMetadata {
    var metadata = UnixMetadata()
    change(&metadata)
    return metadata
  }

  @Test("options decode to their values and encode to the same bytes", arguments: vectors)
  func bothWays(hex: String, metadata: UnixMetadata) throws {
    #expect(try UnixMetadata.parse(Block(vector(hex)).bytes) == metadata)
    var writer = ByteWriter()
    metadata.write(to: &writer)
    #expect(writer.bytes == vector(hex))
  }

  @Test("a whole record, both ways")
  func record() throws {
    let bytes = vector(
      """
      1c4d9072 0008 0001 66 00000000 0000000000000001 0003 766163 0003 766163 0000
      6b02d6d2 00000000 6b02d6d2 6b02d6d2 000001b6
      55 0013 01 0009 00000000 075bcd15 000003e8 00000064
      """)
    let record = try Record(parsing: Block(bytes))
    #expect(record.unix?.modified?.nanoseconds == 123_456_789)
    #expect(record.unix?.owner == .init(user: 1000, group: 100))
    var writer = ByteWriter()
    record.write(to: &writer)
    #expect(writer.bytes == bytes)
  }

  @Test(
    "what the description calls invalid is refused",
    arguments: [
      "01 0009 00000000 075bcd15 000003e8", "01 0001 00000000 3b9aca00",
      "01 0010 78 00000001 00000001",
    ])
  func invalid(hex: String) throws {
    #expect(throws: FormatError.self) { try UnixMetadata.parse(Block(vector(hex)).bytes) }
    let store = MemoryStore()
    let record = RawRecord("f").with { $0.options = RawRecord.option(0x55, vector(hex)) }
    let reference = try store.directory(blocks: [rawMetadataBlock([record.bytes])], entries: [])
    let directory = try Directory(loading: reference, from: store)
    #expect(directory[0].unix == nil)
    guard case .unixMetadata(name: [0x66], _) = directory.omissions.first else {
      Issue.record("\(directory.omissions)")
      return
    }
  }

  @Test("other versions and later fields are passed over, a second option ends belief in both")
  func versions() throws {
    #expect(try UnixMetadata.parse(Block(vector("02 ffff 12")).bytes) == nil)
    let later = try UnixMetadata.parse(Block(vector("01 8120 00000005 77777777")).bytes)
    #expect(later?.attributes == .slot(5))
    let store = MemoryStore()
    let option = RawRecord.option(0x55, vector("01 0020"))
    let record = RawRecord("f").with { $0.options = option + option }
    let reference = try store.directory(blocks: [rawMetadataBlock([record.bytes])], entries: [])
    let directory = try Directory(loading: reference, from: store)
    #expect(directory[0].kind == .file)
    #expect(directory.omissionCount == 1)
  }

  @Test("times reach from before 1970 to after 2106")
  func times() throws {
    let store = MemoryStore()
    let cases: [(Int32, UInt32, Int64)] = [
      (0, 0xffff_ffff, 0xffff_ffff), (-1, 0xed30_0880, -315_619_200), (1, 5, 0x1_0000_0005),
    ]
    for (high, low, seconds) in cases {
      var record = Record(name: [0x66], slot: 0, qid: 1, mode: FileMode(.file, unixPermissions: 0))
      record.modified = low
      record.accessed = low
      record.unix = Self.make { $0.modified = .init(highSeconds: high, nanoseconds: 9) }
      var writer = ByteWriter()
      record.write(to: &writer)
      let reference = try store.directory(blocks: [rawMetadataBlock([writer.bytes])], entries: [])
      let item = try Directory(loading: reference, from: store)[0]
      #expect(item.modified == FileTime(seconds: seconds, nanoseconds: 9))
      #expect(item.accessed == item.modified)
    }
  }
}
