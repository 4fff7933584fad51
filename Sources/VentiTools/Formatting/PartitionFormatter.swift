internal import Posix
internal import SystemPackage
internal import VentiCore
package import VentiStore

/// Formats partitions: plan9port's fmtarenas, fmtisect and fmtbloom.
///
/// What was made is said on standard error.
///
/// A partition that holds a part of a store is refused unless overwriting is asked for, which is
/// then told before it is done.
package struct PartitionFormatter: Sendable {
  /// Whether to destroy what a partition holds.
  package var overwrites = false
  /// The size of the file, which is made when there is none; nil for a partition that is there.
  package var fileByteCount: Int?
  private let output: ToolOutput

  /// Tells what it does to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Formats a partition of arenas.
  package func formatArenas(
    _ format: ArenaPartitionFormat, in name: String
  ) throws(ToolError) {
    let partition = try open(name)
    if format.version == .four { output.note("clearing \(name)") }
    let arenas = try unlessOccupied { () throws(StoreError) in
      try format.apply(to: partition, overwrites: overwrites)
    }
    let header = arenas.header
    let end = arenas.arenas.last.map { $0.start + $0.geometry.length } ?? header.base
    output.note(
      "fmtarenas \(name): \(Text.grouped(arenas.arenas.count)) arenas, "
        + "\(Text.grouped(end - header.base)) bytes storage, "
        + "\(Text.grouped(header.base - header.tableOffset)) bytes for index map")
  }

  /// Formats a section of an index.
  package func formatSection(
    _ format: IndexSectionFormat, in name: String
  ) throws(ToolError) {
    let partition = try open(name)
    if !format.hasBucketMagic { output.note("clearing \(name)") }
    let section = try unlessOccupied { () throws(StoreError) in
      try format.apply(to: partition, overwrites: overwrites)
    }
    let header = section.header
    output.note(
      "fmtisect \(name): \(Text.grouped(header.blockCount)) buckets of "
        + "\(Text.grouped(Bucket.capacity(blockSize: header.blockSize))) entries, "
        + "\(Text.grouped(header.base - header.tableOffset)) bytes for index map")
  }

  /// Formats a bloom filter.
  ///
  /// - Parameters:
  ///   - byteCount: the room for the filter; nil for all of the partition.
  ///   - blockCount: how many blocks it is for.
  ///   - hashCount: bits that each score sets.
  package func formatBloom(
    in name: String, byteCount: Int?, blockCount: Int?, hashCount: Int?
  ) throws(ToolError) {
    let partition = try open(name)
    let room = byteCount ?? partition.length
    guard room <= partition.length else {
      throw .argument(
        name, reason: "\(partition.length) bytes, \(room) needed for the filter")
    }
    guard
      let filter = BloomFilter(formatting: room, blockCount: blockCount, hashCount: hashCount)
    else {
      throw .argument(
        name, reason: "\(room) bytes: at least 1m, and 1 to 32 hashes, are needed for a filter")
    }
    if let warning = Self.warning(filter, room: room) { output.note("warning: \(warning)") }
    try unlessOccupied { () throws(StoreError) in
      try filter.apply(to: partition, overwrites: overwrites)
    }
    let best = filter.byteCount * 8 / (filter.hashCount * 10 / 7)
    output.note(
      "fmtbloom: using \(Self.megabytes(filter.byteCount)), \(filter.hashCount) hashes/score, "
        + "best up to \(Text.grouped(best)) blocks")
  }

  /// Why a filter is smaller than its room.
  private static func warning(_ filter: BloomFilter, room: Int) -> String? {
    guard filter.byteCount < room else { return nil }
    let size = megabytes(filter.byteCount)
    return filter.byteCount > room / 2 || filter.byteCount == BloomFilter.byteCounts.upperBound
      ? "size not a power of 2; only using \(size)"
      : "using only \(size) - not enough blocks to warrant more"
  }

  private static func megabytes(_ byteCount: Int) -> String {
    byteCount >= 1 << 20 ? "\(byteCount >> 20)MB" : "\(byteCount >> 10)KB"
  }

  /// Formats, and says of a partition that is in use how it is formatted all the same.
  private func unlessOccupied<Value>(
    _ body: () throws(StoreError) -> Value
  ) throws(ToolError) -> Value {
    do throws(StoreError) {
      return try body()
    } catch .occupied(let partition, let content) {
      throw .store(.occupied(partition: partition, by: "\(content); --force destroys that"))
    } catch {
      throw .store(error)
    }
  }

  private func open(_ name: String) throws(ToolError) -> FilePartition {
    if let fileByteCount, FileType(of: FilePath(name)) == nil {
      do throws(Errno) {
        try File.create(FilePath(name), byteCount: fileByteCount)
      } catch {
        throw .file(path: name, reason: "create: \(error)")
      }
    }
    let partition = try onStore { () throws(StoreError) in
      try FilePartition(opening: name, for: .readWrite)
    }
    if let fileByteCount, partition.length != fileByteCount {
      throw .argument(
        name, reason: "has \(partition.length) bytes already, not \(fileByteCount)")
    }
    return partition
  }
}
