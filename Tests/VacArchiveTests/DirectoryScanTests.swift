import TestSupport
import Testing
import VacArchive
import VentiCore

/// A scan of a directory meets what the whole table has.
struct DirectoryScanTests {
  /// All that a scan gives.
  private struct Files {
    var items: [Item] = []
    var omissions: [Omission] = []
    var isComplete = true

    init(_ reference: DirectoryReference, in store: MemoryStore) throws {
      var scan = try DirectoryScan(reference, in: store)
      while let part = try scan.next() {
        items += part.archiveOrder.map { part[$0] }
        omissions += part.omissions
        if !part.isComplete { isComplete = false }
      }
    }

    var names: [String] { items.map { String(decoding: $0.name, as: UTF8.self) } }
  }

  private func sorted(_ items: [Item]) -> [String] { items.map { "\($0)" }.sorted() }

  private func all(_ table: Directory) -> [Item] { (0..<table.count).map { table[$0] } }

  @Test(
    "random directories have the same files, in the order of archives, with the same numbers",
    arguments: 0..<16 as Range<UInt64>)
  func random(seed: UInt64) throws {
    let store = MemoryStore()
    var waiting = [try RandomTree.archive(seed: seed, in: store).directory]
    while let reference = waiting.popLast() {
      let table = try Directory(loading: reference, from: store)
      let files = try Files(reference, in: store)

      #expect(sorted(files.items) == sorted(all(table)))
      #expect(files.items.map(\.name) == table.archiveOrder.map(table.name))
      #expect(
        zip(files.items, files.items.dropFirst()).allSatisfy {
          ArchiveOrder.isOrdered($0.name, $1.name)
        })
      for case .directory(let below) in files.items.map(\.contents) { waiting.append(below) }
    }
  }

  @Test(
    "what plan9port wrote has the same files",
    arguments: ["zoo-8k", "zoo-512", "zoo-52k", "merged", "nightly"])
  func plan9port(name: String) throws {
    let names = try #require(try? fixture(name), "no fixture \(name)")
    let reference = try Archive(opening: names.score, in: names.store).directory

    let files = try Files(reference, in: names.store)

    #expect(
      sorted(files.items) == sorted(all(try Directory(loading: reference, from: names.store))))
  }

  @Test("of names that come again in any order, the first is there and the others are told")
  func repeated() throws {
    let store = MemoryStore()
    let reference = try store.directory(of: ["c", "d", "a", "d", "b", "a", "c"])

    let files = try Files(reference, in: store)

    #expect(files.names == ["c", "d", "a", "b"])
    #expect(files.omissions == ["d", "a", "c"].map { .name(Array($0.utf8), .repeated) })
    #expect(files.isComplete)
  }

  @Test("records whose entries are far apart cost a few reads each")
  func farApart() throws {
    let store = MemoryStore()
    let file = try store.file("contents")
    // 2 GiB of entries, in a handful of blocks.
    let entries = try store.repeatedEntries(file)
    let far: UInt32 = 40_000_000
    let records = [
      ("a", 0, 0), ("b", far, 0), ("c", far - 1, 0), ("d", 1, .max), ("e", .max, 0),
      ("f", 2, far),
    ].map { (name, slot, metadataSlot) in
      RawRecord(name, slot: slot).with {
        $0.version = 9
        $0.metadataSlot = metadataSlot
        $0.mode = metadataSlot == 0 ? 0o644 : 0x8000_01ed
      }
    }
    let blocks = records.map { [$0] } + [records.prefix(3).map { $0.with { $0.name += [0x78] } }]
    let small = try store.directory(
      blocks: blocks.map { rawMetadataBlock($0.map(\.bytes)) }, entries: [])
    let reference = DirectoryReference(
      entries: entries, metadata: small.metadata, number: 1, space: .top)
    let before = store.readCount

    let files = try Files(reference, in: store)

    #expect(store.readCount - before < 200)
    #expect(files.isComplete)
    let contents = Dictionary(
      uniqueKeysWithValues: zip(files.names, files.items.map { "\($0.contents)" }))
    for name in ["a", "b", "c", "ax", "bx", "cx"] {
      #expect(contents[name] == "\(Item.Contents.stream(file))")
    }
    let none = ArchiveError.slot(Int(UInt32.max), .inactive)
    #expect(contents["e"] == "\(Item.Contents.damaged(none))")
  }

  @Test("of names that stand in order, none is remembered")
  func readOnce() throws {
    let store = MemoryStore()
    let reference = try store.directory(of: (0..<500).map { "file \(1000 + $0)" })
    _ = try Directory(loading: reference, from: store)
    let needed = store.readCount

    #expect(try Files(reference, in: store).items.count == 500)

    #expect(store.readCount == 2 * needed)
  }

  @Test("a number that a file in another block has is not given again")
  func numbers() throws {
    let store = MemoryStore()
    let reference = try store.directory(of: ["a", "b", "c", "d"], qids: [7, 3, 7, 3])

    let files = try Files(reference, in: store)

    #expect(Set(files.items.map(\.number)).count == 4)
    #expect(files.items.prefix(2).map(\.number) == [7, 3])
    #expect(sorted(files.items) == sorted(all(try Directory(loading: reference, from: store))))
  }

  @Test("a lost block costs the files in it, and is told", arguments: 0..<3)
  func lost(number: Int) throws {
    let store = MemoryStore()
    let names = ["a", "b", "c"]
    let reference = try store.directory(of: names)
    let block = rawMetadataBlock([
      RawRecord(names[number], slot: UInt32(number), qid: UInt64(number + 1)).bytes
    ])
    let score = Block(block).score
    let error = BlockError.damaged(score, .data, reason: "test")
    store.fail(score, with: error)

    let files = try Files(reference, in: store)

    #expect(files.names == names.filter { $0 != names[number] })
    #expect(files.omissions == [.unreadable(error)])
    #expect(!files.isComplete)
  }
}
