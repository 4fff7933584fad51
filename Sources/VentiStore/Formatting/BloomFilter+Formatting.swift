internal import VentiCore

extension BloomFilter {
  /// Makes an empty filter in a partition.
  ///
  /// - Parameter overwrites: whether to destroy a store that the partition holds.
  public func apply(to partition: any Partition, overwrites: Bool = false) throws(StoreError) {
    guard partition.length >= byteCount else {
      throw .format(
        partition: partition.name,
        reason: "\(partition.length) bytes, \(byteCount) needed for the filter")
    }
    if !overwrites { try partition.checkIsUnused() }
    try clear(partition)
    try writeHeader(to: partition)
  }

  /// Makes all bits zero, and the header too.
  func clear(_ partition: any Partition) throws(StoreError) {
    try partition.clearBits(upTo: byteCount)
    try partition.sync()
  }

  /// Writes the header, which says that the bits are right.
  func writeHeader(to partition: any Partition) throws(StoreError) {
    var writer = ByteWriter()
    write(to: &writer)
    try partition.write(writer, at: 0)
    try partition.sync()
  }
}

extension Partition {
  /// Makes zero what is not: a sparse file stays sparse.
  fileprivate func clearBits(upTo byteCount: Int) throws(StoreError) {
    var offset = 0
    try forEachPiece(of: 0..<byteCount) { piece throws(StoreError) in
      defer { offset += piece.count }
      if !piece.isZero { try writeZeros(piece.count, at: offset) }
    }
  }
}

extension Block {
  /// Whether all bytes are zero.
  fileprivate var isZero: Bool {
    var reader = ByteReader(bytes, of: "zeros")
    while reader.remaining >= 8 {
      guard (try? reader.uint64()) == 0 else { return false }
    }
    while reader.remaining > 0 {
      guard (try? reader.uint8()) == 0 else { return false }
    }
    return true
  }
}
