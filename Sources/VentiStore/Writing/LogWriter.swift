internal import VentiCore

/// Writes clumps, directory entries and tails to arenas.
struct LogWriter: Sendable {
  let arenas: [Arena]

  /// The most bytes of clumps in one write: few enough to stay in a processor's cache until they are
  /// written.
  private static let runByteLimit = 1 << 18

  /// Writes pieces, which are in the order of the log: clumps and their directory entries.
  func write(_ pieces: [Piece]) throws(StoreError) {
    var rest = pieces[...]
    while let first = rest.first {
      let ofArena = rest.prefix { $0.arena == first.arena }
      try writeClumps(ofArena, to: arenas[first.arena])
      try writeDirectory(ofArena, of: arenas[first.arena])
      rest = rest.dropFirst(ofArena.count)
    }
  }

  /// Has pieces that were written on their way to the disk, but for the end of the last, which what comes
  /// next is written behind.
  func beginSync(of pieces: [Piece]) {
    var rest = pieces[...]
    while let first = rest.first {
      let ofArena = rest.prefix { $0.arena == first.arena }
      rest = rest.dropFirst(ofArena.count)
      let arena = arenas[first.arena]
      let start = arena.start + arena.geometry.dataOffset
      let end = ofArena.reduce(first.position.offset) { max($0, $1.position.offset) }
      guard end > first.position.offset else { continue }
      arena.partition.beginSync(of: start + first.position.offset..<start + end)
    }
  }

  /// Writes a tail, all but the seal.
  func write(_ tail: ArenaTail, of number: Int) throws(StoreError) {
    let arena = arenas[number]
    var writer = ByteWriter(capacity: arena.geometry.blockSize)
    tail.write(to: &writer, blockSize: arena.geometry.blockSize)
    try arena.partition.write(writer, at: arena.start + arena.geometry.tailOffset)
  }

  /// Writes clumps, many at a time, each time with a zero after them, where the log ends.
  private func writeClumps(
    _ pieces: ArraySlice<Piece>, to arena: Arena
  ) throws(StoreError) {
    var writer = ByteWriter(capacity: Self.runByteLimit + ClumpInfo.maximumSize)
    var start = 0
    var end = 0
    for piece in pieces {
      guard let content = piece.content else { continue }
      if writer.bytes.isEmpty {
        start = piece.position.offset
        end = start
      }
      content.header.write(to: &writer)
      writer.raw(content.stored.bytes)
      end += piece.info.clumpByteCount
      if end - start >= Self.runByteLimit {
        try write(&writer, to: arena, at: start)
      }
    }
    if !writer.bytes.isEmpty { try write(&writer, to: arena, at: start) }
  }

  private func write(
    _ writer: inout ByteWriter, to arena: Arena, at offset: Int
  ) throws(StoreError) {
    writer.uint32(0)
    try arena.partition.write(writer, at: arena.start + arena.geometry.dataOffset + offset)
    writer.removeAll()
  }

  /// Writes directory entries, block by block, with zeros after them in a block that is new.
  private func writeDirectory(
    _ pieces: ArraySlice<Piece>, of arena: Arena
  ) throws(StoreError) {
    let perBlock = arena.geometry.entriesPerDirectoryBlock
    var rest = pieces
    while let first = rest.first {
      let block = first.position.number / perBlock
      let index = first.position.number % perBlock
      let ofBlock = rest.prefix { $0.position.number / perBlock == block }
      var writer = ByteWriter(capacity: arena.geometry.blockSize)
      for piece in ofBlock { piece.info.write(to: &writer) }
      if index == 0 { writer.pad(to: arena.geometry.blockSize) }
      let offset =
        arena.geometry.directoryBlockOffset(block) + index * ClumpInfo.byteCount
      try arena.partition.write(writer, at: arena.start + offset)
      rest = rest.dropFirst(ofBlock.count)
    }
  }
}
