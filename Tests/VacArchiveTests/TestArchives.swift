import Foundation
import TestSupport
import VacArchive
import VentiCore

/// An archive of `Fixtures`, its metadata in a store in memory.
func fixture(_ name: String) throws -> (score: ArchiveScore, store: MemoryStore) {
  let store = MemoryStore()
  let block = Block(try fixtureBytes(name + ".blocks"))
  var reader = ByteReader(block.bytes, of: "fixture")
  while reader.remaining > 0 {
    let number = try Int(reader.uint8())
    let count = try Int(reader.uint16())
    guard let type = BlockType(number: number) else { throw ArchiveError.unstorable("type") }
    _ = try store.write(Block(reader.array(count)), type: type)
  }
  return (try ArchiveScore(parsingFile: fixtureBytes(name + ".vac")), store)
}

func fixtureBytes(_ name: String) throws -> [UInt8] {
  let directory = Bundle.module.bundleURL.appendingPathComponent("Fixtures")
  return [UInt8](try Data(contentsOf: directory.appendingPathComponent(name)))
}

/// Bytes in the notation of the format's description: hexadecimal, and `00*n` for n zeros.
func vector(_ text: String) -> [UInt8] {
  text.split(whereSeparator: \.isWhitespace).flatMap { word -> [UInt8] in
    guard let star = word.firstIndex(of: "*"), let count = Int(word[word.index(after: star)...])
    else { return bytesOfHex(String(word)) }
    return [UInt8](repeating: 0, count: count)
  }
}

/// A file met on a walk.
struct Visit {
  let path: [UInt8]
  let item: Item
}

/// Every file of an archive, directories before what is in them.
func walk(
  _ top: DirectoryReference, in source: any BlockSource
) throws -> (files: [Visit], omissions: [Omission]) {
  var files: [Visit] = []
  var omissions: [Omission] = []
  var waiting: [(path: [UInt8], reference: DirectoryReference)] = [([], top)]
  while let (path, reference) = waiting.popLast() {
    let directory = try Directory(loading: reference, from: source)
    omissions += directory.omissions
    for position in 0..<directory.count {
      let item = directory[position]
      let path = path + (path.isEmpty ? [] : [UInt8(ascii: "/")]) + item.name
      files.append(Visit(path: path, item: item))
      if case .directory(let reference) = item.contents { waiting.append((path, reference)) }
    }
  }
  return (files, omissions)
}
