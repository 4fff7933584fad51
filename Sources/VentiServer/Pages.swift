import Logging
import Posix
import VentiCore

/// Answers requests for web pages, on plain threads.
///
/// `/index`, `/storage` and `/xindex` are those of plan9port, byte for byte, since scripts take them
/// apart. Nothing changes the server or its store unless this machine asks for it.
struct Pages: Sendable {
  let store: any StorePages
  let memory: BlockMemory
  let counters: ServerCounters
  let budget: MemoryBudget
  /// Clients that are connected.
  let connectionCount: @Sendable () -> Int
  let logger: Logger

  /// The page that a request asks for.
  func page(for query: HTTPQuery) -> HTTPPage {
    switch query.path {
    case "/": .front
    case "/index": HTTPPage(text: IndexPage(store.report()).text)
    case "/storage": HTTPPage(text: StoragePage(store.report()).text)
    case "/xindex": HTTPPage(type: "text/xml", text: XMLIndexPage(store.report()).text)
    case "/stats": HTTPPage(text: metrics.map(\.lines).joined())
    case "/metrics":
      HTTPPage(
        type: "text/plain; version=0.0.4; charset=utf-8",
        text: (metrics + StoreMetrics(store.report()).all).map(\.exposition).joined())
    case "/healthz": health
    case "/roots": roots
    case "/set": ServerVariables.page(for: query)
    default:
      action(of: query.path).map { query.isTrusted ? $0() : .untrusted } ?? .notFound(query.path)
    }
  }

  private var health: HTTPPage {
    store.trouble.map { .unavailable($0) } ?? HTTPPage(text: "ok\n")
  }

  private var roots: HTTPPage {
    do throws(BlockError) {
      return HTTPPage(type: "application/json", text: RootsPage(try store.archives()).text)
    } catch {
      return .unavailable("\(error)")
    }
  }

  private var metrics: [Metric] {
    ServerMetrics(
      memory: memory, counters: counters, connectionCount: connectionCount(),
      clientBytes: budget.count
    ).all
  }

  // MARK: What changes something

  private func action(of path: String) -> (() -> HTTPPage)? {
    switch path {
    case "/flushicache": { finish("flushed icache", store.flushIndex) }
    case "/flushdcache": { finish("flushed dcache", store.flushBlocks) }
    case "/kickicache": { begin("kicked icache", store.flushIndex) }
    case "/kickdcache": { begin("kicked dcache", store.flushBlocks) }
    case "/empty": { empty("emptied all caches") }
    case "/emptylumpcache": { empty("emptied lumpcache") }
    // Disk blocks and index entries are kept by the system only, which gives up what it likes.
    case "/emptyicache": { HTTPPage(text: "emptied icache\n") }
    case "/emptydcache": { HTTPPage(text: "emptied dcache\n") }
    default: nil
    }
  }

  private func empty(_ text: String) -> HTTPPage {
    memory.removeAll()
    return HTTPPage(text: text + "\n")
  }

  private func finish(_ text: String, _ work: () throws(BlockError) -> Void) -> HTTPPage {
    do throws(BlockError) {
      try work()
      return HTTPPage(text: text + "\n")
    } catch {
      return .unavailable("\(error)")
    }
  }

  /// Answers before the work is done.
  private func begin(
    _ text: String, _ work: @escaping @Sendable () throws(BlockError) -> Void
  ) -> HTTPPage {
    let logger = logger
    let hasBegun = Thread.start("venti flush") {
      do throws(BlockError) {
        try work()
      } catch {
        logger.error("\(error)")
      }
    }
    return hasBegun ? HTTPPage(text: text + "\n") : .unavailable("no thread to be had")
  }
}
