import Logging
import Posix
import VentiCore
import VentiWire

/// Does the work that requests ask for, on plain threads, never on an event loop.
struct BlockService: Sendable {
  /// Takes the answer to the request with that tag, on any thread.
  typealias Answer = @Sendable (_ tag: UInt8, Reply) -> Void
  /// Runs a job, soon, on a thread that may block; false if there is none to be had.
  typealias Executor = @Sendable (@escaping @Sendable () -> Void) -> Bool

  private let source: any BlockFetcher
  private let store: (any BlockStore)?
  private let memory: BlockMemory
  private let counters: ServerCounters
  private let logger: Logger
  private let readers: Executor
  private let writers: Executor

  /// - Parameters:
  ///   - source: where blocks are read.
  ///   - store: where they are written; nil for a server that is read-only.
  ///   - memory: keeps the blocks that were read last.
  ///   - readers: runs jobs that read.
  ///   - writers: runs jobs that write and sync.
  init(
    source: any BlockFetcher, store: (any BlockStore)?, memory: BlockMemory,
    counters: ServerCounters, logger: Logger,
    readers: @escaping Executor, writers: @escaping Executor
  ) {
    self.source = source
    self.store = store
    self.memory = memory
    self.counters = counters
    self.logger = logger
    self.readers = readers
    self.writers = writers
  }

  /// Whether writes are refused.
  var isReadOnly: Bool { store == nil }

  /// Reads blocks together; each is answered by itself, in any order.
  func read(_ requests: [(tag: UInt8, address: BlockAddress)], answer: @escaping Answer) {
    counters.reads.add(requests.count)
    let missing = requests.filter { !answerFromMemory($0, answer) }
    guard !missing.isEmpty else { return }
    let tags = Dictionary(grouping: missing, by: \.address).mapValues { $0.map(\.tag) }
    let started = readers { [self] in
      source.fetch(Array(tags.keys)) { address, result in
        if case .success(let block) = result { memory.insert(block, at: address) }
        for tag in tags[address] ?? [] { answer(tag, reply(to: result)) }
      }
    }
    if !started { for request in missing { answer(request.tag, Self.busy) } }
  }

  /// Whether the block was in memory.
  private func answerFromMemory(
    _ request: (tag: UInt8, address: BlockAddress), _ answer: Answer
  ) -> Bool {
    guard let block = memory.block(at: request.address) else { return false }
    let result = Result { () throws(BlockError) in try block.limited(by: request.address) }
    answer(request.tag, reply(to: result))
    return true
  }

  /// Stores a block.
  func write(_ block: Block, _ type: BlockType, tag: UInt8, answer: @escaping Answer) {
    counters.writes.add()
    counters.writtenBytes.add(block.count)
    work(tag, answer) { store throws(BlockError) in
      .stored(try store.write(block, type: type))
    }
  }

  /// Syncs the store.
  func sync(tag: UInt8, answer: @escaping Answer) {
    counters.syncs.add()
    work(tag, answer) { store throws(BlockError) in
      try store.sync()
      return .synced
    }
  }

  private func work(
    _ tag: UInt8, _ answer: @escaping Answer,
    _ body: @escaping @Sendable (any BlockStore) throws(BlockError) -> Reply
  ) {
    guard let store else { return answer(tag, .error(BlockError.readOnly.wireText)) }
    let started = writers { [self] in
      do throws(BlockError) {
        answer(tag, try body(store))
      } catch {
        answer(tag, failure(error))
      }
    }
    if !started { answer(tag, Self.busy) }
  }

  private static let busy = Reply.error("too many requests")

  private func reply(to result: Result<Block, BlockError>) -> Reply {
    switch result {
    case .success(let block):
      counters.readBytes.add(block.count)
      return .block(block)
    case .failure(let error):
      return failure(error)
    }
  }

  /// The client is told of every failure, the log of those that are the store's fault.
  private func failure(_ error: BlockError) -> Reply {
    switch error {
    case .notFound: counters.missingBlocks.add()
    case .tooLong, .unacceptable, .readOnly: counters.failures.add()
    default:
      counters.failures.add()
      logger.error("\(error)")
    }
    return .error(error.wireText)
  }
}
