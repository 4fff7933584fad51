package import VentiCore

extension Arena {
  /// Finds the arena that begins at `start`, by its head alone: in an arena partition, or in a
  /// file of its own.
  public init(at start: Int, in partition: any Partition) throws(StoreError) {
    let head = try partition.parse(PartitionLayout.minimumBlockSize, at: start) {
      bytes throws(FormatError) in try ArenaHead(parsing: bytes)
    }
    guard
      let geometry = ArenaGeometry(blockSize: head.blockSize, length: head.length),
      head.length <= partition.length - start
    else {
      throw .inconsistent(
        place: "partition \(quoted(partition.name)) offset \(start)",
        reason: "no room for arena \(quoted(head.name)) of \(head.length) bytes")
    }
    self.init(name: head.name, partition: partition, start: start, geometry: geometry)
  }

  /// The clumps of the arena: those that the tail counts, and those after them.
  ///
  /// Without a tail that can be read, the headers must do, from the first clump on.
  ///
  /// - Parameter start: a clump that is there.
  package func log(from start: ClumpPosition = .first) throws(StoreError) -> ClumpWalk {
    if let tail = try? tail() {
      return ClumpWalk(self, magic: tail.clumpMagic, counted: tail.written, from: start)
    }
    return ClumpWalk(self, magic: try head().clumpMagic, counted: .empty, from: .first)
  }

  /// Reads a clump, and checks its block against the score; not its magic number.
  package func read(
    _ clump: Clump
  ) throws(StoreError) -> (header: ClumpHeader, block: Block) {
    let place = "clump \(clump.position.number) at \(clump.position.offset)"
    let stored = try self.clump(at: clump.position.offset, hint: clump.info.clumpByteCount)
    guard stored.header.info == clump.info else {
      throw inconsistent("\(place) is not what the directory says")
    }
    let block: Block
    do throws(FormatError) {
      block = try stored.block()
    } catch {
      throw .malformed(place: "arena \(quoted(name)) \(place)", error)
    }
    guard block.score == clump.info.score else {
      throw inconsistent("\(place) has mismatched score")
    }
    return (stored.header, block)
  }

  /// Computes the seal from what is on disk: the SHA-1 of the arena, with zeros for the seal.
  package func computedSeal() throws(StoreError) -> Score {
    try ArenaSeal.compute(of: self)
  }
}
