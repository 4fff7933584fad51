import ArgumentParser
import Posix
import SystemPackage
import VentiCore
import VentiStore

/// Times the store engine in process, beside the least that its work can cost: `Benchmarks/store`.
@main
struct StoreBenchmark: ParsableCommand {
  @Option(help: "Blocks of 8 KiB in a run.")
  var blocks = 40_000

  @Option(help: "Threads that write.")
  var threads = 2

  @Option(help: "Runs of each; the fastest counts.")
  var runs = 3

  @Argument(help: "A directory where stores are left behind.")
  var directory: String

  @Argument(help: "Files whose blocks are compressed, on one thread.")
  var files: [String] = []

  func run() throws {
    print("\(blocks) blocks of 8 KiB, \(threads) threads, the fastest of \(runs) runs, MB/s")
    for kind in BlockFeed.Kind.allCases {
      var (floor, store) = (Double.infinity, Double.infinity)
      for run in 0..<runs {
        let feed = BlockFeed(kind: kind, count: blocks, threads: threads, seed: UInt64(run))
        let path = FilePath(directory).appending("\(kind)\(run)")
        floor = min(floor, try timeFloor(feed, path))
        store = min(store, try timeStore(feed, path))
      }
      let rates = [floor, store].map { Int(Double(blocks * BlockFeed.byteCount) / $0 / 1e6) }
      print("\(kind): floor \(rates[0]), store \(rates[1]), ratio \(hundredths(floor / store))")
    }
    for kind in [BlockFeed.Kind.random, .words] {
      let feed = BlockFeed(kind: kind, count: blocks / 4, threads: 1, seed: 0)
      reportCompression(of: feed.blocks, named: "\(kind)")
    }
    if !files.isEmpty { reportCompression(of: try files.flatMap(blocks(of:)), named: "files") }
  }

  /// Says how fast whack is, one thread, and what it leaves of blocks.
  private func reportCompression(of blocks: [Block], named name: String) {
    var (encoding, decoding) = (Double.infinity, Double.infinity)
    var encoded: [Block?] = []
    for _ in 0..<runs {
      var encoder = WhackEncoder()
      encoding = min(encoding, seconds { encoded = blocks.map { encoder.encode($0.bytes) } })
      decoding = min(
        decoding,
        seconds {
          for (block, encoded) in zip(blocks, encoded) {
            _ = encoded.map { try? Whack.decode($0.bytes, count: block.count) }
          }
        })
    }
    let count = blocks.reduce(0) { $0 + $1.count }
    let stored = zip(blocks, encoded).reduce(0) { $0 + ($1.1 ?? $1.0).count }
    let percentage = hundredths(100 * Double(stored) / Double(max(count, 1)))
    let rates = [encoding, decoding].map { Int(Double(count) / $0 / 1e6) }
    print("whack of \(name): \(rates[0]) MB/s, back \(rates[1]) MB/s, leaves \(percentage) %")
  }

  private func blocks(of file: String) throws -> [Block] {
    let file = try File(opening: FilePath(file), for: .readOnly)
    let size = try file.size()
    return try stride(from: 0, to: size, by: BlockFeed.byteCount).map { offset in
      try Block(capacity: BlockFeed.byteCount) { output in
        try file.read(BlockFeed.byteCount, at: offset, into: &output)
      }
    }
  }

  /// SHA-1, whack and write(2), each once for every block, and a sync at the end.
  private func timeFloor(_ feed: BlockFeed, _ path: FilePath) throws -> Double {
    let log = FilePath(path.string + ".log")
    try File.create(log, byteCount: blocks * 2 * BlockFeed.byteCount)
    defer { try? File.remove(log) }
    let file = try File(opening: log, for: .readWrite)
    return try seconds {
      feed.onAllThreads { thread, blocks in
        var encoder = WhackEncoder()
        for (number, block) in blocks.enumerated() {
          _ = block.score
          let stored = encoder.encode(block.bytes) ?? block
          let place = (thread * feed.countPerThread + number) * 2 * BlockFeed.byteCount
          try? file.write(stored.bytes, at: place)
        }
      }
      try file.synchronize()
    }
  }

  private func timeStore(_ feed: BlockFeed, _ path: FilePath) throws -> Double {
    try StoreCreator(directory: path, arenaByteCount: 8 << 30).create()
    let store = try Store(opening: path)
    if feed.kind == .duplicates {
      feed.onAllThreads { _, blocks in
        for block in blocks { _ = try? store.write(block, type: .data) }
      }
      try store.flushIndex()
    }
    let time = try seconds {
      feed.onAllThreads { _, blocks in
        for block in blocks { _ = try? store.write(block, type: .data) }
      }
      try store.sync()
    }
    try store.close()
    return time
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let time = try clock.measure(body)
    return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
  }

  private func hundredths(_ value: Double) -> String {
    let value = Int((value * 100).rounded())
    return "\(value / 100).\(value % 100 / 10)\(value % 10)"
  }
}
