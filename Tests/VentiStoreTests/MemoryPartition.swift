import Posix
import SystemPackage
import VentiCore
import VentiStore

/// A partition in memory, which can be told to fail and to change.
final class MemoryPartition: Partition {
  private struct State {
    var bytes: [UInt8]
    var unreadable: [Range<Int>] = []
    var readCount = 0
    var readByteCount = 0
  }

  let name: String
  let length: Int
  private let state: Monitor<State>

  init(name: String, length: Int) {
    self.name = name
    self.length = length
    state = Monitor(State(bytes: [UInt8](repeating: 0, count: length)))
  }

  /// A partition with the contents of another.
  init(copying other: MemoryPartition) {
    name = other.name
    length = other.length
    state = Monitor(State(bytes: other.bytes))
  }

  var bytes: [UInt8] { state.withLock { $0.bytes } }
  var readCount: Int { state.withLock { $0.readCount } }
  var readByteCount: Int { state.withLock { $0.readByteCount } }

  /// From now on reading any of these bytes fails, as on a bad sector.
  func fail(_ range: Range<Int>) {
    state.withLock { $0.unreadable.append(range) }
  }

  func put(_ bytes: [UInt8], at offset: Int) {
    state.withLock { $0.bytes.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
  }

  /// Writes what `body` appends.
  func put(at offset: Int, _ body: (inout ByteWriter) -> Void) {
    var writer = ByteWriter()
    body(&writer)
    put(writer.bytes, at: offset)
  }

  func flip(_ mask: UInt8 = 0xff, at offset: Int) {
    state.withLock { $0.bytes[offset] ^= mask }
  }

  func read(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    guard offset >= 0, count >= 0, offset + count <= length else {
      throw .outside(partition: name, offset: offset, count: count, length: length)
    }
    let bytes = state.withLock { state -> [UInt8]? in
      state.readCount += 1
      state.readByteCount += count
      let range = offset..<offset + count
      if state.unreadable.contains(where: { $0.overlaps(range) }) { return nil }
      return Array(state.bytes[range])
    }
    guard let bytes else { throw .file(path: name, operation: "read at \(offset)", .ioError) }
    return Block(bytes)
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StoreError) {
    put(Block(copying: bytes).array, at: offset)
  }

  func sync() throws(StoreError) {}
}
