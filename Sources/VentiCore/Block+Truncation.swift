extension Block {
  /// The block without the zeros at its end, as blocks are stored that are read at a fixed size.
  ///
  /// | type | what goes |
  /// |---|---|
  /// | data, directory | trailing zero bytes |
  /// | pointers | a slot that is cut short, then trailing slots of the zero score |
  /// | root | what is beyond 300 bytes |
  ///
  /// Source: venti(7), and vtzerotruncate in plan9port's libventi.
  public func truncated(as type: BlockType) -> Block {
    if type == .root { return self[0..<min(count, Root.byteCount)] }
    let bytes = array
    guard type.height > 0 else {
      return self[0..<(bytes.lastIndex { $0 != 0 } ?? -1) + 1]
    }
    var writer = ByteWriter(capacity: Score.byteCount)
    writer.score(.zero)
    var end = count - count % Score.byteCount
    while end > 0, bytes[end - Score.byteCount..<end].elementsEqual(writer.bytes) {
      end -= Score.byteCount
    }
    return self[0..<end]
  }
}
