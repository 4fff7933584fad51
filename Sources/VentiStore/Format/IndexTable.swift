public import VentiCore

/// The text table of an index, the same in each of its sections.
///
///     venti index configuration
///     1
///     INDEX
///     BLOCKSIZE
///     NSECTIONS
///     SECTION \t START \t STOP          bucket numbers
///     NARENAS
///     ARENA \t START \t STOP            index addresses
public struct IndexTable: Equatable, Sendable {
  static let title = "venti index configuration"
  /// The version of the format.
  public static let version = 1

  /// The first address of the first arena.
  public static let firstAddress = 1_048_576

  /// The name of the index.
  public let name: String
  /// Bytes of a bucket.
  public let blockSize: Int
  /// The sections and their buckets.
  public let sections: [NamedRange]
  /// The arenas and their addresses, in the order in which they are filled.
  public let arenas: [NamedRange]

  /// Describes an index.
  public init(name: String, blockSize: Int, sections: [NamedRange], arenas: [NamedRange]) {
    self.name = name
    self.blockSize = blockSize
    self.sections = sections
    self.arenas = arenas
  }

  /// Parses the table's text, up to the first zero byte.
  public init(parsing bytes: [UInt8]) throws(FormatError) {
    let subject = "index table"
    var reader = TableReader(bytes, of: subject)
    let title = try reader.line()
    let version = try title == Self.title ? reader.number() : 0
    guard version == Self.version else {
      throw .invalid(
        subject: subject, offset: 0, found: "\(quoted(title)), version \(version)",
        expected: "'\(Self.title)', version \(Self.version)")
    }
    name = try reader.line()
    blockSize = try reader.number()
    guard PartitionLayout.isBlockSize(blockSize) else {
      throw .invalid(
        subject: subject, offset: 0, found: "block size \(blockSize)", expected: "a power of two")
    }
    sections = try reader.map()
    arenas = try reader.map()
  }

  /// Appends the text, without padding.
  public func write(to writer: inout ByteWriter) {
    writer.line(Self.title)
    writer.line("\(Self.version)")
    writer.line(name)
    writer.line("\(blockSize)")
    writer.map(sections)
    writer.map(arenas)
  }
}
