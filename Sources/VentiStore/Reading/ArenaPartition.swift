internal import VentiCore

/// A partition that holds arenas.
public struct ArenaPartition: Sendable {
  /// The partition itself.
  public let partition: any Partition
  /// Its header.
  public let header: ArenaPartitionHeader
  /// The arenas, in the order of the table.
  public let arenas: [Arena]

  /// Reads the header and the table of a partition; nothing of the arenas is read.
  public init(_ partition: any Partition) throws(StoreError) {
    self.partition = partition
    let header = try partition.parse(
      PartitionLayout.headerByteCount, at: PartitionLayout.blankByteCount
    ) { (bytes) throws(FormatError) in try ArenaPartitionHeader(parsing: bytes) }
    self.header = header
    let text = try partition.text(at: header.tableOffset, limit: header.base - header.tableOffset)
    let table = try partition.parsing("offset \(header.tableOffset)") { () throws(FormatError) in
      try ArenaTable(parsing: text)
    }
    var arenas: [Arena] = []
    for entry in table.arenas {
      arenas.append(try Self.arena(entry, in: partition, header: header))
    }
    self.arenas = arenas
  }

  private static func arena(
    _ entry: NamedRange, in partition: any Partition, header: ArenaPartitionHeader
  ) throws(StoreError) -> Arena {
    let end = partition.length.rounded(downTo: header.blockSize)
    let geometry = ArenaGeometry(blockSize: header.blockSize, length: entry.range.count)
    guard let geometry, entry.range.lowerBound >= header.base, entry.range.upperBound <= end
    else {
      throw .inconsistent(
        place: "partition \(quoted(partition.name))",
        reason: "no room for arena \(quoted(entry.name)) at \(entry.range) "
          + "between \(header.base) and \(end)")
    }
    return Arena(
      name: entry.name, partition: partition, start: entry.range.lowerBound, geometry: geometry)
  }
}

extension Partition {
  /// Reads text up to its first zero byte, and at most `limit` bytes.
  ///
  /// Piece by piece, as most of a table's room is empty.
  func text(at offset: Int, limit: Int) throws(StoreError) -> [UInt8] {
    let pieceByteCount = 65_536
    let end = min(offset + min(limit, PartitionLayout.tableByteLimit), length)
    var text: [UInt8] = []
    while offset + text.count < end {
      let start = offset + text.count
      let piece = try read(min(pieceByteCount, end - start), at: start).array
      text += piece
      if piece.contains(0) { break }
    }
    return text
  }

  /// Runs a parser whose errors become errors of this partition.
  func parsing<Value>(
    _ what: @autoclosure () -> String, _ body: () throws(FormatError) -> Value
  ) throws(StoreError) -> Value {
    do throws(FormatError) {
      return try body()
    } catch {
      throw .malformed(place: "partition \(quoted(name)) \(what())", error)
    }
  }
}
