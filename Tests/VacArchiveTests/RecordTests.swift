import TestSupport
import Testing
import VacArchive
import VentiCore

struct RecordTests {
  private static let old = vector(
    """
    1c4d9072 0007 0003 6f6c64 00000000 0000000000000100
    000102030405060708090a0b0c0d0e0f10111213 0001 75 0001 67 0001 6d
    6553f100 00000000 6553f101 6553f102 000001a0 01 000c 0000001122334455 00000006
    """)
  private static let new = vector(
    """
    1c4d9072 0008 0003 6e6577 00000001 0000000000000101 0001 75 0001 67 0000
    6553f100 00000007 6553f101 6553f102 000001a4
    01 000c 0000000000000099 00000005 7f 0003 3f3f3f
    03 0010 0000000000001000 0000000000002000
    """)

  @Test("a version 7 record takes its modification count from the source's qid")
  func version7() throws {
    let record = try Record(parsing: Block(Self.old))
    #expect(record.name == Array("old".utf8))
    #expect(record.qid == 0x100)
    #expect(record.sourceQid == SourceQid(path: 0x11_2233_4455, version: 6))
    #expect(record.modificationCount == 6)
    #expect(record.mode.unixPermissions == 0o640)
    #expect(record.modified == 0x6553_f100)
  }

  @Test("a version 8 record with known and unknown options")
  func version8() throws {
    let record = try Record(parsing: Block(Self.new))
    #expect(record.slot == 1)
    #expect(record.modificationCount == 7)
    #expect(record.sourceQid == SourceQid(path: 0x99, version: 5))
    #expect(record.space == QidSpace(offset: 0x1000, maximum: 0x2000))
    #expect(record.unix == nil)
  }

  @Test("a record cut anywhere is refused, but between two options", arguments: [old, new])
  func prefixes(bytes: [UInt8]) {
    let ends = bytes == Self.old ? [72, 87] : [51, 66, 72, 91]
    for count in 0...bytes.count {
      let record = try? Record(parsing: Block(Array(bytes[..<count])))
      #expect((record != nil) == ends.contains(count), "\(count)")
    }
  }

  private static let optionCases: [(version: UInt16, options: [UInt8], isValid: Bool)] = {
    let qid = RawRecord.option(1, Array(repeating: 1, count: 12))
    let space = RawRecord.space(offset: 1, maximum: 2)
    return [
      (8, qid, true), (8, qid + qid, false), (8, RawRecord.option(1, [1, 2]), false),
      (9, qid + qid, true), (9, RawRecord.option(1, [1, 2]), true),
      (8, space, true), (9, space, true), (9, space + space, false),
      (9, RawRecord.option(3, [1]), false), (7, RawRecord.option(3, []), false),
      (8, RawRecord.option(4, [1, 2]), true), (9, RawRecord.option(4, [0, 0, 0, 9]), true),
      (8, RawRecord.option(2, []) + RawRecord.option(2, [1]), true),
      (8, RawRecord.option(0x7f, []) + RawRecord.option(0x7f, [1, 2, 3]), true),
      (8, [0x7f, 0, 9, 1], false), (8, [0x7f, 0], false), (8, [1], false),
      (6, [], false), (10, [], false),
    ]
  }()

  @Test("options are as strict as plan9port has them", arguments: optionCases)
  func options(version: UInt16, options: [UInt8], isValid: Bool) {
    let raw = RawRecord("f").with {
      $0.version = version
      $0.options = options
    }
    #expect(((try? Record(parsing: Block(raw.bytes))) != nil) == isValid)
  }

  @Test("the generation comes from its option, in version 9 from its field")
  func generation() throws {
    let option = RawRecord("f").with { $0.options = RawRecord.option(4, [0, 0, 0, 9]) }
    #expect(try Record(parsing: Block(option.bytes)).generation == 9)
    let field = option.with {
      $0.version = 9
      $0.generation = 5
    }
    #expect(try Record(parsing: Block(field.bytes)).generation == 5)
  }

  @Test("modes and Unix permissions: set-id and sticky bits change places")
  func modes() {
    #expect(FileMode(rawValue: 0x1ff | 0x200).unixPermissions == 0o1777)
    #expect(FileMode(rawValue: 0x400).unixPermissions == 0o4000)
    #expect(FileMode(rawValue: 0x800).unixPermissions == 0o2000)
    for permissions in 0...UInt16(0o7777) {
      for kind in FileKind.allCases {
        let mode = FileMode(kind, unixPermissions: permissions)
        #expect(mode.unixPermissions == permissions)
        #expect(mode.kind == (kind == .socket ? .file : kind))
      }
    }
  }

  @Test("device texts: minor first, damaged ones refused")
  func devices() throws {
    let null = DeviceNumber(isBlock: false, major: 1, minor: 3)
    #expect(try DeviceNumber(parsing: Array("c 3 1".utf8)) == null)
    #expect(try DeviceNumber(parsing: Array("c 3 1\0\0".utf8)) == null)
    #expect(try DeviceNumber(parsing: Array("b 17 8".utf8)).major == 8)
    #expect(try DeviceNumber(parsing: Array("b 17 8".utf8)).isBlock)
    for text in ["", "c", "c 3", "s 112 4", "c 3 1 1", "c -3 1", "c 99999999999 1", "c x 1"] {
      #expect(throws: ArchiveError.self, "\(text)") { try DeviceNumber(parsing: Array(text.utf8)) }
    }
    #expect(null.text == Array("c 3 1".utf8))
  }
}
