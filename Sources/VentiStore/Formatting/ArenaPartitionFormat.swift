internal import VentiCore

/// How an arena partition is made: plan9port's fmtarenas.
public struct ArenaPartitionFormat: Sendable {
  /// The size of an arena when nothing else is asked for: 512 MiB.
  public static let defaultArenaByteCount = 512 << 20
  /// The size of disk blocks when nothing else is asked for.
  public static let defaultBlockSize = 8192
  /// The smallest arena.
  public static let minimumArenaByteCount = 1 << 20
  /// The most arenas of a new store: the table has room for some three times as many.
  private static let arenaLimit = 4096
  /// How much of a new arena's data area is made zero, where no log is to be seen.
  private static let clearedByteCount = 8192

  /// What the names of the arenas begin with; a number follows.
  public var name: String
  /// Bytes of an arena, head and tail included; the last one, or the only one, differs.
  public var arenaByteCount = defaultArenaByteCount
  /// Bytes of a disk block.
  public var blockSize = defaultBlockSize
  /// The form of the arenas.
  public var version = ArenaVersion.five

  /// Arenas of version 5 and 512 MiB in blocks of 8 KiB.
  public init(name: String) {
    self.name = name
  }

  /// Bytes of an arena where all together have `total`: the usual size, or so many times that that
  /// there are not more than the table of a partition has room for.
  func arenaByteCount(inAll total: Int, usually usual: Int = defaultArenaByteCount) -> Int {
    var byteCount = usual
    while total / byteCount > Self.arenaLimit { byteCount *= 2 }
    return min(byteCount, total.rounded(downTo: blockSize))
  }

  /// Where the arenas are in a partition of `byteCount` bytes.
  ///
  /// - Throws: `StoreError.format` when the format is not possible there.
  public func layout(
    partitionNamed partition: String, byteCount: Int
  ) throws(StoreError) -> ArenaTable {
    try check(partition)
    let end = byteCount.rounded(downTo: blockSize)
    let base = PartitionLayout.base(blockSize: blockSize)
    var arenas: [NamedRange] = []
    var start = base
    while end - start >= Self.minimumArenaByteCount {
      var stop = min(start + arenaByteCount, end)
      // What is left over is too small for an arena of its own.
      if end - stop < Self.minimumArenaByteCount { stop = end }
      arenas.append(NamedRange(name: "\(name)\(arenas.count)", range: start..<stop))
      start = stop
    }
    let table = ArenaTable(arenas: arenas)
    guard !arenas.isEmpty else {
      throw .format(
        partition: partition,
        reason:
          "\(byteCount) bytes, at least \(base + Self.minimumArenaByteCount) needed for one arena")
    }
    try table.checkRoom(partition)
    return table
  }

  /// Formats a partition.
  ///
  /// The header is written last, so that what was left half done is not taken for whole.
  ///
  /// - Parameter overwrites: whether to destroy a store that the partition holds.
  public func apply(
    to partition: any Partition, overwrites: Bool = false
  ) throws(StoreError) -> ArenaPartition {
    let table = try layout(partitionNamed: partition.name, byteCount: partition.length)
    if !overwrites { try partition.checkIsUnused() }
    let header = ArenaPartitionHeader(
      blockSize: blockSize, base: PartitionLayout.base(blockSize: blockSize))
    try partition.writeZeros(PartitionLayout.headerByteCount, at: PartitionLayout.blankByteCount)
    for arena in table.arenas { try format(arena, in: partition) }
    try partition.writeTable(at: header.tableOffset, end: header.base) { table.write(to: &$0) }
    try partition.sync()
    var writer = ByteWriter()
    header.write(to: &writer)
    try partition.write(writer, at: PartitionLayout.blankByteCount)
    try partition.sync()
    return try ArenaPartition(partition)
  }

  private func format(_ arena: NamedRange, in partition: any Partition) throws(StoreError) {
    let start = arena.range.lowerBound
    let magic = version.newClumpMagic()
    let head = ArenaHead(
      version: version, name: arena.name, blockSize: blockSize, length: arena.range.count,
      clumpMagic: magic)
    // Clumps of an older life look alive in version 4, where all have the same magic number.
    let cleared =
      version == .four
      ? arena.range.count - blockSize : min(Self.clearedByteCount, blockSize)
    try partition.writeZeros(cleared, at: start + blockSize)
    var writer = ByteWriter(capacity: blockSize)
    head.write(to: &writer)
    try partition.write(writer, at: start)
    writer = ByteWriter(capacity: blockSize)
    ArenaTail(version: version, name: arena.name, clumpMagic: magic)
      .write(to: &writer, blockSize: blockSize)
    try partition.write(writer, at: arena.range.upperBound - blockSize)
  }

  private func check(_ partition: String) throws(StoreError) {
    guard PartitionLayout.isBlockSize(blockSize) else {
      throw .format(
        partition: partition,
        reason: "block size \(blockSize) is no power of two "
          + "from \(PartitionLayout.minimumBlockSize) to \(PartitionLayout.maximumBlockSize)")
    }
    guard arenaByteCount >= Self.minimumArenaByteCount, arenaByteCount % blockSize == 0 else {
      throw .format(
        partition: partition,
        reason: "arena size \(arenaByteCount) is no multiple of "
          + "\(blockSize) from \(Self.minimumArenaByteCount) up")
    }
    guard DiskName.isValid(name + "0000000") else {
      throw .format(partition: partition, reason: "\(quoted(name)) is no name for arenas")
    }
  }
}

extension ArenaTable {
  fileprivate func checkRoom(_ partition: String) throws(StoreError) {
    var writer = ByteWriter()
    write(to: &writer)
    guard arenas.count <= TableReader.maximumEntryCount,
      writer.bytes.count < PartitionLayout.tableByteCount
    else {
      throw .format(
        partition: partition, reason: "\(arenas.count) arenas are more than the table has room for")
    }
  }
}

extension ArenaVersion {
  /// A magic number for the clumps of a new arena.
  fileprivate func newClumpMagic() -> UInt32 {
    guard self == .five else { return Self.sharedClumpMagic }
    var magic: UInt32
    repeat { magic = .random(in: 1...UInt32.max) } while !allows(clumpMagic: magic)
    return magic
  }
}
