import Fuse
import Posix

/// Counts what a file system was told to forget.
final class Forgotten: Sendable {
  private let counts = Monitor<[NodeID: UInt64]>([:])

  func add(_ node: NodeID, _ count: UInt64) {
    counts.withLock { $0[node, default: 0] += count }
  }

  var all: [NodeID: UInt64] { counts.withLock { $0 } }
}
