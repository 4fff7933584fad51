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
      let merged = try writer.merge(Archive(opening: score, in: store), from: store)
      omissions += merged.omissions
      var directory = writer.makeDirectory()
      for file in merged.files { try directory.append(file) }
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
}
