import Foundation
import TestSupport
import Testing
import VacArchive
import VentiCore

/// Archives that plan9port wrote, against the files they were made from.
struct FixtureTests {
  private struct Line: Decodable {
    let path: String
    let type: String
    let mode: String?
    let mtime: Int64?
    let size: Int?
    let target: String?
    let rdev: [UInt32]?
  }

  private static func lines(_ name: String) throws -> [Line] {
    try fixtureBytes(name + ".jsonl").split(separator: UInt8(ascii: "\n")).map {
      try JSONDecoder().decode(Line.self, from: Data($0))
    }
  }

  /// The path in bytes: the lists have `\xNN` where a name is not UTF-8.
  private static func bytes(_ path: String) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = Array(path.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), rest.count >= 3,
        let value = UInt8(String(decoding: rest.dropFirst().prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }

  @Test(
    "every file is there as it was archived",
    arguments: [
      ("zoo-8k", "zoo", ["zoo0"]), ("zoo-512", "zoo", ["zoo0"]), ("zoo-52k", "zoo", ["zoo0"]),
      ("nightly", "nightly", ["2026", "2026/1122", "2026/1122.1"]), ("merged", "merged", []),
    ])
  func manifest(name: String, list: String, unlisted: [String]) throws {
    let (score, store) = try fixture(name)
    let archive = try Archive(opening: score, in: store)
    let (files, omissions) = try walk(archive.directory, in: store)
    let items = Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.item) })
    let lines = try Self.lines(list)

    #expect(omissions.isEmpty)
    #expect(archive.topFault == nil)
    for line in lines {
      let item = try #require(items[Self.bytes(line.path)], "\(line.path)")
      try compare(item, line, store)
    }
    // The lists do not tell of directories whose time is that of the run.
    let extra = Set(items.keys).subtracting(lines.map { Self.bytes($0.path) })
    let names = extra.map { String(decoding: $0, as: UTF8.self) }.sorted()
    #expect(names == unlisted)
  }

  private func compare(_ item: Item, _ line: Line, _ store: MemoryStore) throws {
    let kinds: [String: FileKind] = [
      "f": .file, "d": .directory, "l": .link, "p": .pipe, "c": .device, "b": .device,
    ]
    #expect(item.kind == kinds[line.type], "\(line.path)")
    if let mode = line.mode {
      // plan9port drops set-id and sticky bits.
      #expect(String(item.permissions, radix: 8) == String(Int(mode, radix: 8) ?? -1, radix: 8))
    }
    if let time = line.mtime { #expect(item.modified.seconds == time, "\(line.path)") }
    if let size = line.size { #expect(item.size == size, "\(line.path)") }
    guard case .stream(let entry) = item.contents else {
      #expect(item.kind == .directory, "\(item.contents)")
      return
    }
    if let target = line.target {
      #expect(try entry.linkTarget(in: store) == Array(target.utf8))
    }
    if let numbers = line.rdev {
      let device = try entry.deviceNumber(in: store)
      #expect([device.major, device.minor] == numbers)
      #expect(device.isBlock == (line.type == "b"))
    }
  }

  @Test(
    "inode numbers are unique, and the same on every load",
    arguments: ["zoo-8k", "zoo-512", "zoo-52k", "nightly", "merged"])
  func numbers(name: String) throws {
    let (score, store) = try fixture(name)
    let archive = try Archive(opening: score, in: store)
    let files = try walk(archive.directory, in: store).files
    let again = try walk(Archive(opening: score, in: store).directory, in: store).files
    let numbers = [archive.top.number] + files.map(\.item.number)

    #expect(Set(numbers).count == numbers.count)
    #expect(!numbers.contains(0))
    #expect(numbers.dropFirst() == again.map(\.item.number)[...])
  }

  @Test("numbers of an ordinary archive are its qids")
  func plainNumbers() throws {
    let (score, store) = try fixture("zoo-8k")
    let archive = try Archive(opening: score, in: store)
    for file in try walk(archive.directory, in: store).files {
      #expect(file.item.number == file.item.qid)
    }
  }

  @Test("a cache that holds nothing says so at once, and what was loaded is loaded without waiting")
  func inMemory() throws {
    let (score, store) = try fixture("zoo-512")
    let cache = BlockCache(over: store)
    #expect(throws: ArchiveError.block(.notInMemory)) {
      try Archive(opening: score, in: cache.inMemory)
    }
    let archive = try Archive(opening: score, in: cache)
    #expect(throws: ArchiveError.block(.notInMemory)) {
      try Directory(loading: archive.directory, from: cache.inMemory)
    }
    let directory = try Directory(loading: archive.directory, from: cache)
    let reads = store.readCount
    #expect(
      try Directory(loading: archive.directory, from: cache.inMemory).count == directory.count)
    #expect(store.readCount == reads)
  }
}
