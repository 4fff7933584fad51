import Synchronization

/// What a server has done since it started.
final class ServerCounters: Sendable {
  /// A number that only grows.
  final class Counter: Sendable {
    private let value = Atomic(0)

    /// How far it has come.
    var count: Int { value.load(ordering: .relaxed) }

    /// Counts one more, or several.
    func add(_ amount: Int = 1) {
      value.wrappingAdd(amount, ordering: .relaxed)
    }
  }

  let reads = Counter()
  let writes = Counter()
  let syncs = Counter()
  /// Calls that were answered with an error: blocks that are not there, and everything else.
  let missingBlocks = Counter()
  let failures = Counter()
  /// Bytes of blocks given and taken.
  let readBytes = Counter()
  let writtenBytes = Counter()
  let acceptedConnections = Counter()
  let refusedConnections = Counter()
}
