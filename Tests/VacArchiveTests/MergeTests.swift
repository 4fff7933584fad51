import TestSupport
import Testing
import VacArchive
import VentiCore

struct MergeTests {
  /// Merges archives into one, each in a directory of its own name, beside a plain file.
  private func merge(
    _ archives: [ArchiveScore], in store: MemoryStore
  ) throws -> (score: ArchiveScore, omissions: [String]) {
    var writer = ArchiveWriter(to: store, layout: try BlockLayout())
    var top = writer.makeDirectory()
    var omissions: [String] = []
    for (number, score) in archives.enumerated() {
      var description = FileDescription(
        name: Array("\(number)".utf8), kind: .directory, permissions: 0o755,
        modified: FileTime(seconds: 0), qid: writer.nextNumber())
      description.owner = Array("u".utf8)
      let files = try writer.merge(Archive(opening: score, in: store), from: store)
      var directory = writer.makeDirectory()
      omissions += try add(files, to: &directory)
      try top.append(description, contents: directory.finish())
    }
    var stream = writer.makeStream()
    try stream.append([1])
    let last = FileDescription(
      name: Array("last".utf8), kind: .file, permissions: 0, modified: FileTime(seconds: 0),
      qid: writer.nextNumber())
    try top.append(last, contents: stream.finish())
    return (try writer.finish(top: top.finish()), omissions)
  }

  /// Adds all files to a directory, and returns what was left out.
  private func add(
    _ files: MergedFiles, to directory: inout DirectoryWriter
  ) throws -> [String] {
    var files = files
    var omissions: [String] = []
    while let step = try files.next() {
      switch step {
      case .file(let file): try directory.append(file)
      case .omission(let text): omissions.append(text)
      }
    }
    return omissions
  }

  /// Merges the files of a directory into an archive of nothing else, a limited number at a time.
  private func merge(
    _ reference: DirectoryReference, in store: MemoryStore, rangeLimit: Int = 1000
  ) throws -> (table: Directory, omissions: [String]) {
    let old = try ArchiveWriter(to: store, layout: BlockLayout()).finish(
      top: DirectoryStreams(entries: reference.entries, metadata: reference.metadata))
    var writer = ArchiveWriter(to: store, layout: try BlockLayout())
    let files = try writer.merge(
      Archive(opening: old, in: store), from: store, rangeLimit: rangeLimit)
    var top = writer.makeDirectory()
    let omissions = try add(files, to: &top)
    let merged = try Archive(opening: writer.finish(top: top.finish()), in: store)
    return (try Directory(loading: merged.directory, from: store), omissions)
  }

  private func names(_ table: Directory) -> [String] {
    (0..<table.count).map { String(decoding: table.name(at: $0), as: UTF8.self) }
  }

  private func paths(_ score: ArchiveScore, _ store: MemoryStore) throws -> [[UInt8]: Visit] {
    let archive = try Archive(opening: score, in: store)
    let (files, omissions) = try walk(archive.directory, in: store)
    #expect(omissions.isEmpty)
    return Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0) })
  }

  @Test("what is merged is all there, and every file has a number of its own")
  func merged() throws {
    let store = MemoryStore()
    let archives = try (0..<4).map {
      try RandomTree(seed: $0, files: 50).write(to: store, blockSize: 512 << $0)
    }
    // Merged archives are merged again.
    let first = try merge(Array(archives[..<2]), in: store)
    let second = try merge([first.score, archives[2], archives[3], archives[3]], in: store)
    #expect(first.omissions + second.omissions == [])

    let files = try paths(second.score, store)
    for (number, score) in [first.score, archives[2], archives[3], archives[3]].enumerated() {
      for (path, visit) in try paths(score, store) {
        let item = try #require(files[Array("\(number)/".utf8) + path]).item
        #expect(item.kind == visit.item.kind)
        #expect(item.size == visit.item.size)
        #expect(item.modified == visit.item.modified)
        #expect(item.linkCount == visit.item.linkCount)
        #expect(
          try item.extendedAttributes(in: store) == visit.item.extendedAttributes(in: store))
      }
    }
    try expectUnique(files)
  }

  /// Numbers are shared by the names of one file, and by nothing else.
  private func expectUnique(_ files: [[UInt8]: Visit]) throws {
    for (_, group) in Dictionary(grouping: files.values, by: \.item.number) where group.count > 1 {
      #expect(Set(group.map(\.item.linkCount)) == [group.count])
    }
    let names = files.values.filter { $0.item.linkCount > 1 }
    for (number, group) in Dictionary(grouping: names, by: \.item.number) {
      #expect(group.count == group.first?.item.linkCount, "\(number)")
    }
  }

  @Test("archives that plan9port wrote can be merged", arguments: ["nightly", "merged", "zoo-8k"])
  func plan9port(name: String) throws {
    let (score, store) = try fixture(name)
    let merged = try merge([score, score], in: store)
    #expect(merged.omissions == [])
    let files = try paths(merged.score, store)
    #expect(files.count == 2 * (try paths(score, store)).count + 3)
    #expect(Set(files.values.map(\.item.number)).count == files.count)
  }
  @Test("the directory of a large archive is read twice, a block at a time, and not held")
  func large() throws {
    let store = MemoryStore()
    let reference = try store.directory(of: (0..<2000).map { "file \(10_000 + $0)" })
    _ = try Directory(loading: reference, from: store)
    let needed = store.readCount

    let merged = try merge(reference, in: store)

    #expect(merged.table.count == 2000 && merged.omissions == [])
    // Three times with the table of what was written, whose blocks are large; and a few for the roots.
    #expect(store.readCount - needed < 2 * needed + 200)
  }

  @Test(
    "records in no order are merged in order, whatever number is held at a time",
    arguments: 0..<4 as Range<UInt64>, [1, 2, 7, 1000])
  func unordered(seed: UInt64, limit: Int) throws {
    var random = SeededGenerator(seed: seed)
    let store = MemoryStore()
    // Some names begin with others, which come after them; and one is there twice.
    let all = (0..<60).map { $0 % 3 == 0 ? "f\($0 / 3)" : "f\($0 / 3)\($0)" }
    let reference = try store.directory(of: Set(all).sorted().shuffled(using: &random) + [all[0]])
    let table = try Directory(loading: reference, from: store)

    let merged = try merge(reference, in: store, rangeLimit: limit)

    #expect(merged.omissions == ["file '\(all[0])': name seen before, left out"])
    #expect(names(merged.table) == names(table))
    for position in 0..<table.count {
      #expect(merged.table[position].size == table[position].size)
      #expect(merged.table[position].qid == table[position].qid)
      #expect(merged.table[position].owner == table[position].owner)
    }
    #expect(try merge(reference, in: store).table.reference == merged.table.reference)
  }

  @Test(
    "a lost block costs what is in it, told once, wherever it is", arguments: 0..<12, [2, 1000])
  func lost(place: Int, limit: Int) throws {
    for isOrdered in [true, false] {
      let store = MemoryStore()
      let all = (0..<12).map { "f\(isOrdered ? 100 + $0 : 200 - $0)" }
      let reference = try store.directory(of: all)
      let block = rawMetadataBlock([
        RawRecord(all[place], slot: UInt32(place), qid: UInt64(place + 1)).bytes
      ])
      let error = BlockError.damaged(Block(block).score, .data, reason: "test")
      store.fail(Block(block).score, with: error)

      let merged = try merge(reference, in: store, rangeLimit: limit)

      #expect(merged.omissions == ["\(error)"])
      #expect(names(merged.table) == all.filter { $0 != all[place] }.sorted())
    }
  }

  @Test("a file whose entry is lost is told by its name, and the rest is merged")
  func lostEntry() throws {
    let store = MemoryStore()
    let files = try ["a", "b"].map { try store.file($0) }
    let records = ["a", "b", "c"].enumerated().map { RawRecord($1, slot: UInt32($0)).bytes }
    let reference = try store.directory(
      blocks: [rawMetadataBlock(records)], entries: [files[0], nil, files[1]])

    let merged = try merge(reference, in: store)

    #expect(merged.omissions == ["file 'b': directory slot 1: not in use"])
    #expect(names(merged.table) == ["a", "c"])
  }

  @Test("Unix metadata that makes no sense is left out, as is told, and the file is not")
  func damagedUnix() throws {
    let store = MemoryStore()
    let record = RawRecord("a").with { $0.options = RawRecord.option(UnixMetadata.optionKind, [1]) }
    let reference = try store.directory(
      blocks: [rawMetadataBlock([record.bytes])], entries: [store.file("x")])
    let told = try Directory(loading: reference, from: store).omissions.map(\.description)
    #expect(told.count == 1)

    let merged = try merge(reference, in: store)

    #expect(merged.omissions == told)
    #expect(names(merged.table) == ["a"] && merged.table.omissionCount == 0)
  }

  @Test("spaces of numbers that begin anew get ranges of their own, in the order of the names")
  func spaces() throws {
    let store = MemoryStore()
    func record(_ name: String, slot: UInt32, qid: UInt64, _ space: (UInt64, UInt64)?) -> [UInt8] {
      RawRecord(name, slot: slot, qid: qid).with { record in
        if let space {
          record.options = RawRecord.space(offset: space.0, maximum: space.1)
        }
      }.bytes
    }
    // "ab" comes before "a"; "c" has a number of the whole, as plan9port merges.
    let blocks = [
      record("ab", slot: 0, qid: 3, (0, 10)), record("a", slot: 1, qid: 3, (0, 20)),
      record("c", slot: 2, qid: 9, (4, 5)), record("d", slot: 3, qid: 9, nil),
    ].map { rawMetadataBlock([$0]) }
    let reference = try store.directory(
      blocks: blocks, entries: (0..<4).map { try store.file("\($0)") })

    let table = try merge(reference, in: store).table

    #expect(names(table) == ["a", "ab", "c", "d"])
    // 9 is the greatest: the archive's own numbers are 2...10, and those below are counted from 11.
    let numbers: [UInt64] = [22 + 3, 11 + 3, 43, 1 + 9]
    #expect((0..<4).map { table.number(at: $0) } == numbers)
  }
}
