import TestSupport
import Testing
import VacArchive
import VacBackup

struct MergingFilesTests {
  /// What comes of an archive, and where it stands.
  private struct Expected {
    let name: [UInt8]
    let rank: Int
    /// Of the archive, in the order in which they were added.
    let number: Int
    let text: String

    func isBefore(_ other: Expected) -> Bool {
      name == other.name
        ? (rank, number) < (other.rank, other.number) : ArchiveOrder.isOrdered(name, other.name)
    }
  }

  private var writer: ArchiveWriter

  init() throws {
    writer = ArchiveWriter(to: MemoryStore(), layout: try BlockLayout(blockSize: 512))
  }

  @Test(
    "files of several archives come in the order of their names, then of the ranks of the archives",
    arguments: 0..<40 as Range<UInt64>, [1, 1 << 20])
  mutating func order(seed: UInt64, memoryLimit: Int) throws {
    var random = SeededGenerator(seed: seed)
    var scratch = Scratch()
    scratch.memoryLimit = memoryLimit
    var merging = MergingFiles(scratch)
    var model: [Expected] = []
    for number in 0..<Int.random(in: 1...5, using: &random) {
      let archive = try makeArchive(&random)
      let files = try writer.merge(archive.archive, from: archive.store)
      let rank = number / 2
      try merging.add(files, path: path(number), rank: rank)
      model += try expected(files, number: number, rank: rank)
      model.sort { $0.isBefore($1) }
      // Now and then some are taken before the next archive comes.
      let count = Int.random(in: 0...3, using: &random)
      for _ in 0..<min(count, model.count) { try takeFirst(&merging, &model) }
      if Bool.random(using: &random) { try merging.setAside() }
    }

    while !model.isEmpty { try takeFirst(&merging, &model) }
    #expect(merging.isEmpty)
    #expect(try merging.next() == nil)
  }

  private func takeFirst(_ merging: inout MergingFiles, _ model: inout [Expected]) throws {
    let expected = model.removeFirst()
    let first = try #require(merging.first)
    #expect(first == (expected.name, expected.rank))
    switch try #require(try merging.next()) {
    case .file(let file): #expect("\(file.bytes)" == expected.text)
    case .omission(let problem): #expect("\(problem)" == expected.text)
    }
  }

  /// All of an archive by itself; what is told of it stands behind the file before, or before all.
  private func expected(_ files: MergedFiles, number: Int, rank: Int) throws -> [Expected] {
    var files = files
    var last: [UInt8] = [0]
    var all: [Expected] = []
    while let step = try files.next() {
      let text: String
      switch step {
      case .file(let file):
        last = file.name
        text = "\(file.bytes)"
      case .omission(let reason):
        text = "\(BackupProblem(path: path(number), error: .omission(reason)))"
      }
      all.append(Expected(name: last, rank: rank, number: number, text: text))
    }
    return all
  }

  private func path(_ number: Int) -> [UInt8] { Array("\(number).vac".utf8) }

  /// An archive of a few files, of names that others have as well; some are said to be directories, and
  /// are left out.
  private func makeArchive(_ random: inout SeededGenerator) throws -> TestArchive {
    let store = MemoryStore()
    let names = Set(
      (0..<Int.random(in: 0...8, using: &random)).map { _ in
        UInt8.random(in: 97...104, using: &random)
      })
    let records = try names.sorted().map { name in
      let kind: FileKind = Int.random(in: 0...4, using: &random) == 0 ? .directory : .file
      let record = Record(
        name: [name], slot: 0, qid: UInt64(name), mode: FileMode(kind, unixPermissions: 0o644))
      return (record: record, streams: [try TestArchive.stream(of: [name], in: store)])
    }
    return try TestArchive(records: records, in: store)
  }
}
