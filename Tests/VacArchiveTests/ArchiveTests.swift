import TestSupport
import Testing
import VacArchive
import VentiCore

/// The examples that the description of the format gives, to the byte.
struct ArchiveTests {
  private func store(_ blocks: [(type: Int, hex: String)]) throws -> MemoryStore {
    let store = MemoryStore()
    for (number, hex) in blocks {
      _ = try store.write(Block(vector(hex)), type: #require(BlockType(number: number)))
    }
    return store
  }

  private static let complete: [(type: Int, hex: String)] = [
    (0, "68656c6c6f"),
    (
      8,
      """
      0000000001f402002100000000000000000000 05 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d
      """
    ),
    (
      0,
      """
      5656fc79 0055 0000 0005 0001 0020 0035 00*16
      1c4d9072 0008 0001 66 00000000 0000000000000001 0003 766163 0003 766163 0000
      6b02d6d2 00000000 6b02d6d2 6b02d6d2 000001b6
      """
    ),
    (
      0,
      """
      5656fc79 0068 0013 0005 0001 0020 0048 00*16
      1c4d9072 0008 0001 2f 00000000 0000000000000000 0003 766163 0003 766163 0000
      00000000 00000000 00000000 00000000 000081ff
      03 0010 0000000000000000 0000000000000002
      """
    ),
    (
      8,
      """
      0000000001f4020023 00*10 28 b6b2d80dad07737ba850294086ee65c0d1710de1
      0000000001f4020021 00*9 0200 8f0d99e0e6b73a4c2e2097e8452038896b8ac833
      0000000001f4020021 00*9 0200 6cf6dafa38b20e3b570b09b2cd79ed6aa9b5e62d
      """
    ),
    (16, "0002 00*128 766163 00*125 441bb2b0326b10fc5b3c1c9096accd5c9441ade0 0200 00*20"),
  ]

  @Test("a complete archive that plan9port wrote")
  func complete() throws {
    let store = try store(Self.complete)
    let score = try ArchiveScore("vac:0ac5d29970024900ad322c17d4700202903d8a7e")
    let archive = try Archive(opening: score, in: store)
    let directory = try Directory(loading: archive.directory, from: store)

    #expect(archive.topFault == nil)
    #expect(archive.top.name == Array("/".utf8))
    #expect(archive.top.owner == Array("vac".utf8))
    #expect(archive.top.permissions == 0o777)
    #expect(archive.root.blockSize == 512)
    #expect(directory.count == 1)
    #expect(directory.omissionCount == 0)
    let item = directory[0]
    #expect(item.name == Array("f".utf8))
    #expect(item.kind == .file)
    #expect(item.permissions == 0o666)
    #expect(item.group == Array("vac".utf8))
    #expect(item.modified == FileTime(seconds: 0x6b02_d6d2))
    #expect(item.number == 1)
    #expect(item.size == 5)
    guard case .stream(let entry) = item.contents else { throw ArchiveError.unstorable("stream") }
    #expect(try HashTree(entry, in: store).bytes(in: 0..<9) == Array("hello".utf8))
  }

  @Test("a root of another type is refused by its name")
  func wrongType() throws {
    let store = MemoryStore()
    var writer = ByteWriter()
    Root(type: Array("file".utf8), score: .zero, blockSize: 8192).write(to: &writer)
    let score = try store.write(Block(writer.bytes), type: .root)
    let error = #expect(throws: ArchiveError.self) {
      try Archive(opening: ArchiveScore(score), in: store)
    }
    #expect(error == .notAnArchive(score, type: "'file'"))
    #expect(error?.description == "root \(score): type 'file', expected 'vac'")
  }

  @Test("a score that the store does not have is that error")
  func missing() throws {
    let score = try ArchiveScore("vac:0ac5d29970024900ad322c17d4700202903d8a7e")
    #expect(throws: ArchiveError.block(.notFound(score.score, .root))) {
      try Archive(opening: score, in: MemoryStore())
    }
  }

  @Test("an archive whose every block is missing in turn fails there, or does without")
  func everyBlockMissing() throws {
    let score = try ArchiveScore("vac:0ac5d29970024900ad322c17d4700202903d8a7e")
    for (number, lost) in Self.complete.enumerated() {
      let store = try store(Self.complete)
      let type = try #require(BlockType(number: lost.type))
      store.remove(Block(vector(lost.hex)).score, type)
      let archive = try? Archive(opening: score, in: store)
      #expect((archive == nil) == (number >= 4))
      guard let archive else { continue }
      #expect((archive.topFault != nil) == (number == 3))
      #expect(archive.top.kind == .directory)
      let directory = try Directory(loading: archive.directory, from: store)
      #expect(directory.isComplete == !(1...2).contains(number))
      #expect(directory.count == (number == 2 ? 0 : 1))
      #expect(directory.omissionCount == (number == 2 ? 1 : 0))
      guard number == 1, case .damaged(let error) = directory[0].contents else { continue }
      #expect(error == .slot(0, .block(.notFound(Block(vector(lost.hex)).score, .directory))))
    }
  }

  @Test("an archive in the form that fossil writes has one more level and version 9 records")
  func fossil() throws {
    let store = try store([
      (
        16, "0002 6d61696e 00*124 766163 00*125 fbbc899727df7dcb0fb9574540f9e55e66c87aba 2000 00*20"
      ),
      (8, "000000001ff4200003 00*10 78 cf71fff5a7ff21951f56fefb00ee0b55bfd131cc"),
      (
        8,
        """
        000000001ff4200003 00*10 78 65c672d7fb9f83302493a68c46a9fcb0764a584d
        000000001ff4200001 00*9 2000 7f0c7a2a92d159aa1f6cd4fbbae1ac62df633d92
        000000001ff4200001 00*9 2000 1a6e834d4d90870df156fe90ffe79ef7b9807262
        """
      ),
      (
        0,
        """
        5656fc7a 004e 0000 0001 0001 0010 003e
        1c4d9072 0009 0001 2f 00000000 00000000 00000001 00000000 0000000000000000
        0001 75 0001 67 0001 6d 6553f100 00000007 6553f101 6553f102 000081ff
        """
      ),
      (
        0,
        """
        5656fc7a 00f9 0000 0003 0003 0018 004a 0062 004b 00ad 004c
        1c4d9072 0009 0001 61 00000000 0000000a ffffffff 00000000 0000000000000100
        0006 676c656e6461 0003 737973 0006 676c656e6461
        6553f100 00000007 6553f101 6553f102 000001a4
        1c4d9072 0009 0002 6162 00000001 0000000b ffffffff 00000000 0000000000000101
        0006 676c656e6461 0003 737973 0006 676c656e6461
        6553f100 00000007 6553f101 6553f102 000001a4
        1c4d9072 0009 0003 616263 00000002 0000000c ffffffff 00000000 0000000000000102
        0006 676c656e6461 0003 737973 0006 676c656e6461
        6553f100 00000007 6553f101 6553f102 000001a4
        """
      ),
      (
        8,
        """
        0000000a1ff4200001 00*10 01 6dcd4ce23d88e2ee9568ba546c007c63d9131c1b
        0000000b1ff4200001 00*10 01 ae4f281df5a5d0ff3cad6371f76d5c29b6d953ec
        0000000c1ff4200001 00*10 01 32096c2e0eff33d844ee6d675407ace18289357d
        """
      ),
    ])
    let score = try ArchiveScore("vac:c92bf83b47cd6dfc58ffc699be5ca49d4aaad3c8")
    let archive = try Archive(opening: score, in: store)
    let directory = try Directory(loading: archive.directory, from: store)

    #expect(archive.root.name == Array("main".utf8))
    #expect(archive.top.owner == Array("u".utf8))
    #expect(archive.top.modified == FileTime(seconds: 0x6553_f100))
    #expect(directory.count == 3)
    for (position, name) in ["a", "ab", "abc"].enumerated() {
      #expect(directory.position(of: Array(name.utf8)) == position)
      let item = directory[position]
      #expect(item.size == 1)
      #expect(item.owner == Array("glenda".utf8))
      #expect(item.number == UInt64(0x100 + position))
      #expect(item.changed == FileTime(seconds: 0x6553_f101))
      #expect(item.accessed == FileTime(seconds: 0x6553_f102))
    }
  }

  @Test("a directory that plan9port wrote: its index is sorted with the end of a name last")
  func threeRecords() throws {
    let store = try store([
      (
        0,
        """
        5656fc79 00c8 0000 0005 0003 0020 0039  0090 0038  0059 0037  00*8
        1c4d9072 0008 0003 616263 00000000 0000000000000002
        0004 726f6f74 0004 726f6f74 0000 683c40c0 00000000 6b02d33a 683c40c0 000081ed
        1c4d9072 0008 0001 61 00000002 0000000000000003
        0004 726f6f74 0004 726f6f74 0000 683c40c0 00000000 6b02d33a 683c40c0 000001a4
        1c4d9072 0008 0002 6162 00000003 0000000000000004
        0004 726f6f74 0004 726f6f74 0000 683c40c0 00000000 6b02d33a 683c40c0 000001a4
        """
      ),
      (
        8,
        """
        0000000001f4020003 00*11 da39a3ee5e6b4b0d3255bfef95601890afd80709
        0000000001f4020001 00*11 da39a3ee5e6b4b0d3255bfef95601890afd80709
        0000000001f4020021 00*10 01 6dcd4ce23d88e2ee9568ba546c007c63d9131c1b
        0000000001f4020021 00*10 02 06d945942aa26a61be18c3e22bf19bbca8dd2b5d
        """
      ),
    ])
    let reference = DirectoryReference(
      entries: Entry(
        pointerSize: 500, leafSize: 512, isDirectory: true, depth: 0, size: 160,
        score: try Score("f18d267351f1a7b5a2bd0b6d4adaf06f70b09959")),
      metadata: Entry(
        pointerSize: 500, leafSize: 512, isDirectory: false, depth: 0, size: 512,
        score: try Score("cf29c7d7f3d15adf1847930e2c67732875377693")),
      number: 1, space: .top)
    let directory = try Directory(loading: reference, from: store)

    #expect((0..<3).map { directory.name(at: $0) } == ["a", "ab", "abc"].map { Array($0.utf8) })
    #expect((0..<3).map { directory[$0].size } == [1, 2, 0])
    #expect((0..<3).map { directory.kind(at: $0) } == [.file, .file, .directory])
    #expect((0..<3).map { directory.number(at: $0) } == [3, 4, 2])
    #expect(directory.subdirectoryCount == 1)
    guard case .directory(let below) = directory[2].contents else {
      throw ArchiveError.unstorable("directory")
    }
    #expect(try Directory(loading: below, from: store).count == 0)
  }

  @Test("a directory block may end within an entry")
  func cutEntry() throws {
    let store = try store([
      (8, "000000001ff4200021 00*10 04 79ec46fcb380a8927b7fbe0c4c558669b837d3")
    ])
    let metadata = rawMetadataBlock([RawRecord("f").bytes])
    var reference = try store.directory(blocks: [metadata], entries: [])
    reference = DirectoryReference(
      entries: Entry(
        pointerSize: 8180, leafSize: 8192, isDirectory: true, depth: 0, size: 40,
        score: try Score("adb15811c99a69c2f44a3f2d11c96325ca8c19aa")),
      metadata: reference.metadata, number: 1, space: .top)
    let directory = try Directory(loading: reference, from: store)
    guard case .stream(let entry) = directory[0].contents else {
      throw ArchiveError.unstorable("stream")
    }
    #expect(entry.size == 4)
    #expect(entry.score.description == "79ec46fcb380a8927b7fbe0c4c558669b837d300")
  }
}
