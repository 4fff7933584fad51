import TestSupport
import Testing
import VentiCore
import VentiStore

struct BucketTests {
  private static let magic: UInt32 = 0x9dd3_d1ce

  @Test("plan9port's bucket is read and written")
  func golden() throws {
    let bucket = try Bucket(parsing: Block(Golden.bucket), magic: Self.magic)
    let score = try Score("22596363b3de40b06f981fb85d82312e8c0ed511")

    let entries = try bucket.entries(for: score, .data)

    #expect(bucket.count == 2)
    #expect(entries.map(\.address) == [1_048_576])
    #expect(entries.map(\.size) == [12])
    #expect(try bucket.entries(for: score, .directory).isEmpty)
    var writer = ByteWriter()
    Bucket.write(
      [try bucket.entry(at: 0), try bucket.entry(at: 1)], magic: Self.magic, blockSize: 8192,
      to: &writer)
    #expect(writer.bytes == Golden.bucket)
  }

  @Test("bisection finds each entry of a bucket of any size", arguments: [0, 1, 2, 3, 13])
  func bisection(count: Int) throws {
    let entries = Self.entries(count)
    let bucket = try Self.bucket(entries, magic: 7)

    for entry in entries {
      #expect(try bucket.entries(for: entry.score, .data) == [entry])
      #expect(try bucket.entries(for: entry.score, .root).isEmpty)
    }
    #expect(try bucket.entries(for: .none, .data).isEmpty)
    #expect(try bucket.entries(for: .zero, .data).isEmpty)
  }

  @Test("all entries of a block are found, those of its other types are not")
  func duplicates() throws {
    let score = Score(of: Block([1]).bytes)
    func entry(_ type: BlockType, _ address: UInt64) -> IndexEntry {
      IndexEntry(
        score: score, typeValue: type.wireValue, address: address, size: 1, unitCount: 1)
    }
    let bucket = try Self.bucket(
      [entry(.root, 5), entry(.data, 9), entry(.data, 3)], magic: 7)

    #expect(try bucket.entries(for: score, .data).map(\.address) == [9, 3])
    #expect(try bucket.entries(for: score, .root).map(\.address) == [5])
  }

  @Test("a bucket of another magic number is empty, but its remnants are found")
  func staleMagic() throws {
    let entries = Self.entries(3)
    let bucket = try Self.bucket(entries, magic: 7, readAs: 8)

    #expect(bucket.count == 0)
    #expect(!bucket.isOverfull)
    #expect(try bucket.entries(for: entries[0].score, .data).isEmpty)
    #expect(try bucket.remnants(of: entries[0].score, .data) == [entries[0]])
  }

  @Test("a bucket of version 1 has no magic number")
  func version1() throws {
    let entries = Self.entries(3)
    let bucket = try Self.bucket(entries, magic: nil)
    #expect(try bucket.entries(for: entries[2].score, .data) == [entries[2]])
  }

  @Test("a bucket that claims more than there is room for is empty and not sound")
  func overfull() throws {
    var writer = ByteWriter()
    Bucket.write(Self.entries(13), magic: 7, blockSize: 512, to: &writer)
    var bytes = writer.bytes
    bytes[1] = 14
    let bucket = try Bucket(parsing: Block(bytes), magic: 7)

    #expect(Bucket.capacity(blockSize: 512) == 13)
    #expect(bucket.isOverfull)
    #expect(bucket.count == 0)
    let map = try #require(BucketMap(bucketCount: 1))
    #expect(try !bucket.isSound(as: 0, of: map))
  }

  @Test("a bucket out of order, or with an entry of another bucket, is not sound")
  func unsound() throws {
    let whole = try #require(BucketMap(bucketCount: 1))
    let half = try #require(BucketMap(bucketCount: 2))
    let entries = Self.entries(13)

    #expect(try Self.bucket(entries, magic: 7).isSound(as: 0, of: whole))
    #expect(try !Self.bucket(entries.reversed(), magic: 7).isSound(as: 0, of: whole))
    #expect(try !Self.bucket(entries, magic: 7).isSound(as: 0, of: half))
  }

  private static func entries(_ count: Int) -> [IndexEntry] {
    (0..<count).map { number in
      IndexEntry(
        score: Score(of: Block([UInt8(number), 1]).bytes), typeValue: BlockType.data.wireValue,
        address: UInt64(number), size: 2, unitCount: 1)
    }.sorted()
  }

  private static func bucket(
    _ entries: [IndexEntry], magic: UInt32?, readAs: UInt32? = nil
  ) throws -> Bucket {
    var writer = ByteWriter()
    Bucket.write(entries, magic: magic, blockSize: 512, to: &writer)
    return try Bucket(parsing: Block(writer.bytes), magic: readAs ?? magic)
  }
}

struct BucketMapTests {
  @Test("plan9port's 159 buckets are 27012373 wide")
  func golden() throws {
    let map = try #require(BucketMap(bucketCount: 159))
    #expect(map.divisor == 27_012_373)
    let score = try Score("22596363b3de40b06f981fb85d82312e8c0ed511")
    #expect(map.bucket(of: score) == 21)
  }

  @Test("the least and the greatest score are in the first and the last bucket")
  func ends() throws {
    for count in [1, 2, 159, 65_536] {
      let map = try #require(BucketMap(bucketCount: count))
      #expect(map.bucket(of: .none) == 0)
      let greatest = try Score(String(repeating: "f", count: 40))
      #expect(map.bucket(of: greatest) == count - 1)
    }
  }

  @Test("a number of buckets that scores cannot be divided into is refused")
  func impossible() {
    #expect(BucketMap(bucketCount: 0) == nil)
    #expect(BucketMap(bucketCount: 1 << 32) == nil)
    #expect(BucketMap(bucketCount: 4_000_000_000) == nil)
  }
}

struct TableTests {
  @Test("comments, blanks and empty lines are passed over")
  func comments() throws {
    let text = "# arenas\n\n  \t2# two\nt0\t100\t200#first\n \n\tt1\t200\t300\n"
    let table = try ArenaTable(parsing: Array(text.utf8))
    #expect(table.arenas.map(\.name) == ["t0", "t1"])
  }

  @Test("the text ends at the first zero byte")
  func padding() throws {
    let text = Array(Golden.arenaTable.utf8) + [0] + Array("junk\n".utf8)
    #expect(try ArenaTable(parsing: text).arenas.count == 3)
  }

  @Test(
    "a table that is not one is refused",
    arguments: [
      "", "3", "x\n", "1\nt0 0 10\n", "1\nt0\t10\t5\n", "2\na\t0\t10\nb\t9\t20\n", "1\nt0\t0\t10",
      "1\n\t0\t10\n", "1\nt0\t-1\t10\n", "1\nt0\t0\t99999999999999999999\n", "31745\n",
      "1\nt0\t0\t10\t\n", "99999999999999999999\n",
    ])
  func refused(text: String) {
    #expect(throws: FormatError.self) { try ArenaTable(parsing: Array(text.utf8)) }
  }
}
