import Posix

/// What a server has done since it started.
struct ServerMetrics {
  let memory: BlockMemory
  let counters: ServerCounters
  let connectionCount: Int
  let clientBytes: Int

  var all: [Metric] { calls + connections + cache }

  private var calls: [Metric] {
    [
      Metric(
        "calls_total", .counter, "Calls of clients.",
        [
          .init(labels: "call=\"read\"", value: counters.reads.count),
          .init(labels: "call=\"write\"", value: counters.writes.count),
          .init(labels: "call=\"sync\"", value: counters.syncs.count),
        ]),
      Metric(
        "block_bytes_total", .counter, "Bytes of blocks given and taken.",
        [
          .init(labels: "call=\"read\"", value: counters.readBytes.count),
          .init(labels: "call=\"write\"", value: counters.writtenBytes.count),
        ]),
      Metric(
        "missing_blocks_total", .counter, "Reads of blocks that the store does not have.",
        counters.missingBlocks.count),
      Metric(
        "errors_total", .counter, "Calls that failed for another reason.",
        counters.failures.count),
    ]
  }

  private var connections: [Metric] {
    [
      Metric("connections", .gauge, "Clients that are connected.", connectionCount),
      Metric("client_bytes", .gauge, "Memory that requests and replies take.", clientBytes),
      Metric(
        "connections_total", .counter,
        "Connections of clients and for pages, by what came of them.",
        [
          .init(labels: "result=\"accepted\"", value: counters.acceptedConnections.count),
          .init(labels: "result=\"refused\"", value: counters.refusedConnections.count),
        ]),
    ]
  }

  private var cache: [Metric] {
    [
      Metric("cache_hits_total", .counter, "Reads answered from memory.", memory.hits.count),
      Metric(
        "cache_misses_total", .counter, "Reads that the store was asked for.",
        memory.misses.count),
      Metric("cache_bytes", .gauge, "Memory that cached blocks take.", memory.byteCount),
    ]
  }
}

/// What a store holds.
struct StoreMetrics {
  private let report: StoreReport

  init(_ report: StoreReport) {
    self.report = report
  }

  var all: [Metric] {
    let arenas = report.arenas
    func sum(_ value: (StoreReport.Arena) -> Int) -> Int { arenas.reduce(0) { $0 + value($1) } }
    return [
      Metric("arenas", .gauge, "Arenas.", arenas.count),
      Metric(
        "arenas_active", .gauge, "Arenas with blocks.", arenas.count { $0.written.clumpCount > 0 }),
      Metric(
        "arenas_sealed", .gauge, "Arenas that are full.", arenas.count { $0.written.isSealed }),
      Metric(
        "arenas_damaged", .gauge, "Arenas that are missing or cannot be read.",
        report.problems.count),
      Metric("space_bytes", .gauge, "Bytes that arenas have room for.", sum(\.size)),
      Metric("used_bytes", .gauge, "Bytes in use in arenas.", sum(\.written.storageByteCount)),
      Metric("block_bytes", .gauge, "Bytes of all blocks in full.", sum(\.written.blockByteCount)),
      Metric("clumps", .gauge, "Blocks in arenas.", sum(\.written.clumpCount)),
      Metric(
        "clumps_compressed", .gauge, "Blocks that are stored compressed.",
        sum(\.written.compressedClumpCount)),
      Metric("clumps_indexed", .gauge, "Blocks in the index.", sum(\.indexed.clumpCount)),
    ]
  }
}
