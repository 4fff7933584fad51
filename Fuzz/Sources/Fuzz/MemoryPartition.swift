import Posix
import VentiCore
import VentiStore

/// A partition in memory.
struct MemoryPartition: Partition {
  let name = "memory"
  let length: Int
  private let contents: Monitor<[UInt8]>

  init(_ bytes: [UInt8]) {
    length = bytes.count
    contents = Monitor(bytes)
  }

  /// All that it holds.
  var bytes: [UInt8] { contents.withLock { $0 } }

  /// Puts bytes in place of others.
  func replace(_ offset: Int, with new: [UInt8]) {
    contents.withLock { $0.replaceSubrange(offset..<offset + new.count, with: new) }
  }

  func read(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    try check(count, at: offset)
    return contents.withLock { Block(Array($0[offset..<offset + count])) }
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StoreError) {
    try check(bytes.byteCount, at: offset)
    let new = Block(copying: bytes).array
    contents.withLock { $0.replaceSubrange(offset..<offset + new.count, with: new) }
  }

  func sync() {}

  private func check(_ count: Int, at offset: Int) throws(StoreError) {
    guard offset >= 0, count >= 0, count <= length, offset <= length - count else {
      throw .outside(partition: name, offset: offset, count: count, length: length)
    }
  }
}
