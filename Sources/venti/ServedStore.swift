import Logging
import Posix
import VentiCore
import VentiServer
import VentiStore

/// The store that a server serves: what there is to read, to write, and to show of it.
struct ServedStore {
  /// Where blocks are read.
  let source: any BlockSource
  /// Where they are written; nil for a server that is read-only.
  let store: Store?
  /// What its web pages show.
  let pages: ServePages

  /// Opens a store for reading, whoever writes to it.
  init(reading configuration: StoreConfiguration, logger: Logger) throws(StoreError) {
    let reading = try ReadOnlyStore(configuration)
    for problem in reading.problems { logger.warning("\(problem)") }
    source = reading
    store = nil
    pages = ServePages(reading, named: configuration.indexName)
  }

  /// Opens a store for reading and writing, which nobody else writes to.
  ///
  /// What a crash has left behind is put in order first.
  init(
    writing configuration: StoreConfiguration, syncIntervalSeconds: Double?, logger: Logger
  ) throws(StoreError) {
    var options = WriteOptions(configuration)
    if let syncIntervalSeconds { options.syncIntervalSeconds = syncIntervalSeconds }
    options.notice = { logger.warning("\($0)") }
    options.failure = { logger.error("\($0)") }
    let writing = try Store(
      configuration, options: options, progress: Self.progressReporter(to: logger))
    source = writing
    store = writing
    pages = ServePages(writing, named: configuration.indexName)
  }

  /// Seconds between lines about progress.
  private static let progressSeconds = 5.0

  /// Says now and then how far the making anew of index or bloom filter is, and asks the service
  /// manager to wait.
  private static func progressReporter(to logger: Logger) -> @Sendable (Int, Int) -> Void {
    let next = Monitor(Deadline.now)
    return { done, total in
      let isDue = next.withLock { next in
        guard next.hasPassed || done == total else { return false }
        next = .after(seconds: progressSeconds)
        return true
      }
      guard isDue else { return }
      let text = "making anew: \(done) of \(total) blocks"
      logger.info("\(text)")
      ServiceManager.notify("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=\(text)")
    }
  }
}
