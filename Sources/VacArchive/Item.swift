public import VentiCore

/// A file in a directory: what its record says.
public struct Item: Sendable {
  /// The name, in bytes: it need not be UTF-8.
  public let name: [UInt8]
  /// What it is.
  public let kind: FileKind
  /// Permissions as stat(2) has them: 0...0o7777.
  public let permissions: UInt16
  /// Whether writes go to the end.
  public let isAppendOnly: Bool
  /// Whether one user at a time may use it.
  public let isExclusive: Bool
  /// The owner's name.
  public let owner: [UInt8]
  /// The group's name.
  public let group: [UInt8]
  /// When the contents changed.
  public let modified: FileTime
  /// When the inode changed; with plan9port's vac, when the archive was made.
  public let changed: FileTime
  /// When the file was read last.
  public let accessed: FileTime
  /// The number in the record.
  public let qid: UInt64
  /// The inode number: see `NumberSpace`.
  public let number: UInt64
  /// What a classic record cannot hold; nil where nothing of it was recorded.
  public let unix: UnixMetadata?
  /// The contents.
  public let contents: Contents
  /// The list of extended attributes, where it is a stream of its own.
  let attributeStream: Result<Entry, ArchiveError>?

  /// What holds the contents of a file.
  public enum Contents: Sendable {
    /// A data stream.
    case stream(Entry)
    /// The streams of a directory.
    case directory(DirectoryReference)
    /// Nothing that can be read.
    case damaged(ArchiveError)
  }

  /// Bytes in the file; 0 for a directory, and when the contents cannot be read.
  public var size: Int {
    if case .stream(let entry) = contents { entry.size } else { 0 }
  }

  /// Names that the file had; the archive may have fewer.
  public var linkCount: Int { unix?.linkCount.map(Int.init) ?? 1 }

  /// The blocks at the top of its streams.
  public var tops: [BlockAddress] {
    switch contents {
    case .stream(let entry): [entry.top].compactMap(\.self)
    case .directory(let reference):
      [reference.metadata.top, reference.entries.top].compactMap(\.self)
    case .damaged: []
    }
  }
}

/// A directory that can be loaded: where its streams are.
public struct DirectoryReference: Hashable, Sendable {
  /// The stream of its entries.
  public let entries: Entry
  /// The stream of its records.
  public let metadata: Entry
  /// Its inode number.
  public let number: UInt64
  /// What the numbers of its files are in.
  public let space: NumberSpace

  /// Describes a directory.
  public init(entries: Entry, metadata: Entry, number: UInt64, space: NumberSpace) {
    self.entries = entries
    self.metadata = metadata
    self.number = number
    self.space = space
  }
}

extension DirectoryReference {
  /// The reference as bytes, from which it can be made again.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 2 * Entry.byteCount + 32)
    entries.write(to: &writer)
    metadata.write(to: &writer)
    writer.uint64(number)
    writer.uint64(space.offset)
    writer.uint64(space.maximum)
    writer.uint64(space.tag)
    return writer.bytes
  }

  /// Makes a reference of its bytes.
  @_lifetime(reader: copy reader)
  public init(_ reader: inout ByteReader) throws(FormatError) {
    guard let entries = try Entry.parse(&reader), let metadata = try Entry.parse(&reader) else {
      throw reader.invalid(found: "no entry", expected: "two")
    }
    self.init(
      entries: entries, metadata: metadata, number: try reader.uint64(),
      space: NumberSpace(
        offset: try reader.uint64(), maximum: try reader.uint64(), tag: try reader.uint64()))
  }
}
