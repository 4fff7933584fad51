import Posix

/// What a server has done since it started.
final class ServerCounters: Sendable {
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
