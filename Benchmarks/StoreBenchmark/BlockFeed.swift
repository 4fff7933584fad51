import Posix
import VentiCore

/// The same blocks for each run, made beforehand, in equal shares for some threads.
struct BlockFeed: Sendable {
  enum Kind: CaseIterable {
    /// Bytes that cannot be compressed.
    case random
    /// Words, which whack makes a third as long.
    case words
    /// Blocks that the store has.
    case duplicates
  }

  static let byteCount = 8192

  let kind: Kind
  let countPerThread: Int
  private let shares: [[Block]]

  init(kind: Kind, count: Int, threads: Int, seed: UInt64) {
    self.kind = kind
    countPerThread = count / threads
    var state = seed &* 0x9e37_79b9_7f4a_7c15 | 1
    let words = (0..<512).map { _ in
      (0..<Int(3 + Self.next(&state) % 8)).map { _ in UInt8(97 + Self.next(&state) % 26) } + [32]
    }
    shares = (0..<threads).map { _ in
      (0..<count / threads).map { _ in
        kind == .words ? Self.text(words, &state) : Self.noise(&state)
      }
    }
  }

  /// All blocks.
  var blocks: [Block] { shares.flatMap { $0 } }

  /// Calls `body` with each share on a thread of its own, and waits until all are done.
  func onAllThreads(_ body: @escaping @Sendable (_ thread: Int, [Block]) -> Void) {
    let running = Monitor(shares.count)
    for (thread, blocks) in shares.enumerated() {
      let work = { @Sendable in
        body(thread, blocks)
        running.update { $0 -= 1 }
      }
      if !Thread.start("writer", work) { work() }
    }
    _ = running.wait { $0 == 0 ? () : nil }
  }

  private static func text(_ words: [[UInt8]], _ state: inout UInt64) -> Block {
    var bytes: [UInt8] = []
    while bytes.count < byteCount { bytes += words[Int(next(&state) % UInt64(words.count))] }
    return Block(Array(bytes.prefix(byteCount)))
  }

  private static func noise(_ state: inout UInt64) -> Block {
    var writer = ByteWriter(capacity: byteCount)
    for _ in 0..<byteCount / 8 { writer.uint64(next(&state)) }
    return Block(writer.bytes)
  }

  /// xorshift64*: fast, and nothing in it repeats within a run.
  private static func next(_ state: inout UInt64) -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_f491_4f6c_dd1d
  }
}
