import Fuse

/// Bytes on the heap that never move.
package final class HeapBytes: FixedBytes, @unchecked Sendable {
  // Filled by init, read-only afterwards.
  private let memory: UnsafeMutableRawBufferPointer

  /// Has `fill` write `count` bytes.
  package init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
    memory = .allocate(byteCount: count, alignment: 16)
    fill(memory)
  }

  deinit {
    memory.deallocate()
  }

  package func withBytes(_ body: (RawSpan) -> Void) {
    body(UnsafeRawBufferPointer(memory).bytes)
  }
}
