public import VentiCore

/// All files of a directory, a block of records at a time: for who looks at each of them once.
///
/// They come in the order of the archive: ours are written in `ArchiveOrder`, plan9port's in that
/// of the file system, each block sorted. Memory does not grow with the files as long as they are
/// in order; where they are not, it is some forty bytes for each, so that a name that comes again
/// is noticed.
public struct DirectoryScan {
  private var blocks: RecordBlocks
  private var blockCount = 0
  /// The greatest name so far, as long as all are in order.
  private var greatest: [UInt8] = []
  /// All names so far, once they are not.
  private var seen: NameDigests?

  /// Begins with the first block of records.
  public init(
    _ reference: DirectoryReference, in source: any BlockSource
  ) throws(ArchiveError) {
    blocks = try RecordBlocks(reference, in: source)
  }

  /// The files of the next block, as a table of their own; nil after the last one.
  ///
  /// - Throws: errors that are not of one block; what is damaged is in the table's omissions.
  public mutating func next() throws(ArchiveError) -> Directory? {
    guard var part = try blocks.next() else { return nil }
    try leaveOutRepeated(&part.loader)
    blockCount += 1
    return blocks.directory(of: part)
  }

  private mutating func leaveOutRepeated(_ loader: inout DirectoryLoader) throws(ArchiveError) {
    if seen == nil, let (first, last) = loader.ends {
      if greatest.isEmpty || ArchiveOrder.isOrdered(greatest, first) {
        greatest = last
        return
      }
      seen = try namesBefore()
    }
    // Taken out, so that the set has one owner while it grows.
    guard var seen = seen.take() else { return }
    loader.leaveOutRepeated { !seen.insert($0) }
    self.seen = seen
  }

  /// Reads the blocks again that came before this one.
  private func namesBefore() throws(ArchiveError) -> NameDigests {
    var names = NameDigests()
    let metadata = blocks.reference.metadata
    var records = try Directory.scan(metadata, blocks.source)
    for _ in 0..<blockCount {
      guard let piece = try records.next() else { break }
      var loader = DirectoryLoader()
      _ = loader.add(piece, leafSize: metadata.leafSize)
      for row in loader.rows { _ = names.insert(loader.names[row.nameRange]) }
    }
    return names
  }
}

/// What stands for very many names.
///
/// Several sets, so that while one grows, and is there twice, the others are not.
private struct NameDigests {
  private static let partCount = 64

  private var parts = [Set<NameDigest>](repeating: [], count: partCount)

  /// Adds a name; false when it is there.
  mutating func insert(_ name: ArraySlice<UInt8>) -> Bool {
    let digest = NameDigest(name)
    return parts[digest.part(of: Self.partCount)].insert(digest).inserted
  }
}

/// What stands for a name in a set of very many: as much of its SHA-1 as no two share by chance.
private struct NameDigest: Hashable {
  private let words: (UInt64, UInt64)

  init(_ name: ArraySlice<UInt8>) {
    let score = Block(Array(name)).score
    words = (score.words.0, score.words.1)
  }

  /// The set that it belongs to: not by what the set hashes.
  func part(of count: Int) -> Int { Int(words.1 % UInt64(count)) }

  static func == (left: NameDigest, right: NameDigest) -> Bool { left.words == right.words }

  func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension DirectoryLoader {
  /// The first and the last name in `ArchiveOrder`; nil where there is no record.
  fileprivate var ends: (first: [UInt8], last: [UInt8])? {
    let order = archiveOrder
    guard let first = order.first, let last = order.last else { return nil }
    return (Array(names[rows[first].nameRange]), Array(names[rows[last].nameRange]))
  }
}
