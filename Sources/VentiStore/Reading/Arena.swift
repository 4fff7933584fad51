internal import VentiCore

/// An arena: a log of clumps in a range of a partition.
///
/// Holds no state of the arena: each method reads what is on disk at that moment, since a server
/// may be writing to it.
public struct Arena: Sendable {
  /// The arena's name, unique in its store.
  public let name: String
  /// Where the arena is kept.
  public let partition: any Partition
  /// Offset of the arena in its partition.
  public let start: Int
  /// Where things stand in the arena.
  public let geometry: ArenaGeometry

  /// Describes an arena that the table of its partition lists.
  public init(name: String, partition: any Partition, start: Int, geometry: ArenaGeometry) {
    self.name = name
    self.partition = partition
    self.start = start
    self.geometry = geometry
  }

  /// Reads the head block.
  public func head() throws(StoreError) -> ArenaHead {
    let head = try partition.parse(geometry.blockSize, at: start) {
      (bytes) throws(FormatError) in try ArenaHead(parsing: bytes)
    }
    guard head.name == name, head.blockSize == geometry.blockSize, head.length == geometry.length
    else {
      throw inconsistent("head is that of \(quoted(head.name)), \(head.length) bytes long")
    }
    return head
  }

  /// Reads the tail block, and checks that such an arena is possible.
  public func tail() throws(StoreError) -> ArenaTail {
    let offset = start + geometry.tailOffset
    let tail = try partition.parse(geometry.blockSize, at: offset) {
      (bytes) throws(FormatError) in try ArenaTail(parsing: bytes)
    }
    guard tail.name == name else {
      throw inconsistent("tail is that of \(quoted(tail.name))")
    }
    guard geometry.holds(tail.written) else {
      throw inconsistent(
        "tail claims \(tail.written.clumpCount) clumps in \(tail.written.usedByteCount) bytes, "
          + "more than there is room for")
    }
    return tail
  }

  /// Reads the header of the clump at an offset of the data area, which begins with `magic`.
  public func clumpHeader(at offset: Int, magic: UInt32) throws(StoreError) -> ClumpHeader {
    let block = try data(ClumpHeader.byteCount, at: offset)
    return try parsing("clump \(offset)") { () throws(FormatError) in
      try ClumpHeader(parsing: block.bytes, magic: magic)
    }
  }

  /// Reads the clump at an offset of the data area, in one go where `hint` bytes hold it.
  ///
  /// Its magic number may be any: who asks for a block knows its score, which says more.
  public func clump(at offset: Int, hint: Int) throws(StoreError) -> StoredClump {
    let available = max(geometry.size - offset, ClumpHeader.byteCount)
    var block = try data(min(max(hint, ClumpHeader.byteCount), available), at: offset)
    let header = try parsing("clump \(offset)") { () throws(FormatError) in
      try ClumpHeader(parsing: block.bytes.extracting(first: ClumpHeader.byteCount))
    }
    let count = header.info.clumpByteCount
    if block.count < count { block = try data(count, at: offset) }
    return StoredClump(header: header, bytes: block[ClumpHeader.byteCount..<count])
  }

  /// Reads a range of the data area.
  func data(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    guard offset >= 0, count <= geometry.size, offset <= geometry.size - count else {
      throw inconsistent("no room for \(count) bytes at \(offset) among \(geometry.size)")
    }
    return try partition.read(count, at: start + geometry.dataOffset + offset)
  }

  /// Reads a block of the directory; block 0 holds the entries of the first clumps.
  func directoryBlock(_ number: Int) throws(StoreError) -> Block {
    let offset = geometry.directoryBlockOffset(number)
    guard offset >= geometry.dataOffset else {
      throw inconsistent("no room for block \(number) of the directory")
    }
    return try partition.read(geometry.blockSize, at: start + offset)
  }

  func inconsistent(_ reason: String) -> StoreError {
    .inconsistent(place: "arena \(quoted(name))", reason: reason)
  }

  private func parsing<Value>(
    _ what: @autoclosure () -> String, _ body: () throws(FormatError) -> Value
  ) throws(StoreError) -> Value {
    do throws(FormatError) {
      return try body()
    } catch {
      throw .malformed(place: "arena \(quoted(name)) \(what())", error)
    }
  }
}
