internal import Posix
internal import SystemPackage

/// Reads that waited for storage and failed, while the kernel may ask once more for the same reader.
///
/// The kernel asks for pages ahead of a reader first. When that fails, it asks again for the page that
/// the reader wants; he would wait for storage twice as long as he is meant to.
struct FailedReads: Sendable {
  private struct Failure {
    let node: NodeID
    let offset: UInt64
    let count: Int
    let asker: Asker
    let error: Errno
    let end: Deadline
  }

  /// Failures that are remembered at a time; of more, readers wait twice.
  private static let limit = 1024
  /// The kernel asks again as soon as it has the answer, and the processor.
  private static let seconds = 1.0

  private var failures: [Failure] = []

  /// Remembers what became of an operation; only reads are asked for again.
  mutating func note(_ operation: Operation, of asker: Asker, _ error: Errno) {
    guard case .read(let node, let offset, let count) = operation else { return }
    failures.removeAll { $0.end.hasPassed }
    guard failures.count < Self.limit else { return }
    failures.append(
      Failure(
        node: node, offset: offset, count: count, asker: asker, error: error,
        end: .after(seconds: Self.seconds)))
  }

  /// The error of an operation that has just failed for this asker; it is told once.
  mutating func take(_ operation: Operation, of asker: Asker) -> Errno? {
    guard case .read(let node, let offset, _) = operation else { return nil }
    let index = failures.firstIndex { failure in
      failure.node == node && failure.asker == asker && !failure.end.hasPassed
        && offset >= failure.offset && offset - failure.offset < failure.count
    }
    return index.map { failures.remove(at: $0).error }
  }
}
