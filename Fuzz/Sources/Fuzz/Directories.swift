import VacArchive
import VacBackup
import VentiCore

/// Directories of archives: metadata blocks, records, what Unix adds to them, attributes.
enum Directories {
  static func run(_ bytes: [UInt8]) {
    let input = Block(bytes)
    if let record = try? Record(parsing: input) {
      var writer = ByteWriter()
      record.write(to: &writer)
      expect((try? Record(parsing: Block(writer.bytes))) == record, "a record is what was written")
    }
    if let metadata = try? UnixMetadata.parse(input.bytes) {
      var writer = ByteWriter()
      metadata.write(to: &writer)
      expect(
        (try? UnixMetadata.parse(Block(writer.bytes).bytes)) == metadata,
        "metadata is what was written")
    }
    _ = try? ExtendedAttribute.parse(list: input)
    load(bytes)
    scan(bytes)
  }

  /// Reads a directory of many blocks, which are cut from the input, in every way that there is.
  private static func scan(_ bytes: [UInt8]) {
    let leafSize = 1024
    let blocks = stride(from: 0, to: bytes.count, by: leafSize).map {
      Array(bytes[$0..<min($0 + leafSize, bytes.count)])
    }
    let scores = blocks.indices.map { Block(Array("block \($0)".utf8)).score }
    var pointers = ByteWriter()
    for score in scores.prefix(leafSize / Score.byteCount) { pointers.score(score) }
    let (top, count) = (pointers.bytes, min(blocks.count, leafSize / Score.byteCount))
    let source = OneSource { address in
      guard address.type.height == 0 else { return top }
      return scores.firstIndex(of: address.score).map { blocks[$0] } ?? []
    }
    let metadata = Entry(
      pointerSize: leafSize, leafSize: leafSize, isDirectory: false, depth: 1,
      size: count * leafSize, score: Block(top).score)
    var entries = metadata
    entries.isDirectory = true
    let reference = DirectoryReference(
      entries: entries, metadata: metadata, number: 1, space: .top)
    guard var files = try? DirectoryScan(reference, in: source) else { return }
    let (lines, objects) = (Listing(from: source), JSONListing(from: source))
    var names: [[UInt8]] = []
    while let part = try? files.next() {
      for position in 0..<part.count {
        let item = part[position]
        names.append(item.name)
        guard let path = try? WalkPath(item.name) else { continue }
        var text: [UInt8] = []
        _ = try? lines.write(item, at: path) { text += $0 }
        _ = try? objects.write(item, at: path) { text += $0 }
      }
    }
    expect(Set(names).count == names.count, "no name comes twice")
    guard var cursor = try? DirectoryCursor(reference, in: source) else { return }
    for name in names { _ = try? cursor.item(named: name) }
  }

  /// Loads a directory whose only metadata block is the input.
  private static func load(_ bytes: [UInt8]) {
    let leafSize = 8192
    let bytes = Array(bytes.prefix(leafSize))
    let source = OneSource { $0.type == .data ? bytes : [] }
    let metadata = Entry(
      pointerSize: leafSize, leafSize: leafSize, isDirectory: false, depth: 0, size: leafSize,
      score: Block(bytes).score)
    let entries = Entry(
      pointerSize: leafSize, leafSize: leafSize, isDirectory: true, depth: 0, size: leafSize,
      score: Block(bytes).score)
    let reference = DirectoryReference(
      entries: entries, metadata: metadata, number: 1, space: .top)
    guard let directory = try? Directory(loading: reference, from: source) else { return }
    for position in 0..<directory.count {
      let name = directory[position].name
      expect(directory.position(of: name) == position, "what is listed is found")
    }
  }
}

/// A source that has a block for every address.
struct OneSource: BlockSource {
  let contents: @Sendable (BlockAddress) -> [UInt8]

  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    let bytes = contents(address)
    guard bytes.count <= address.limit else {
      throw .tooLong(address.score, address.type, count: bytes.count, limit: address.limit)
    }
    return Block(bytes)
  }
}
