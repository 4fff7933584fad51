import Logging
import Posix
import VentiCore
import VentiWire

/// Does the work that requests ask for: on plain threads, except for what takes no waiting.
struct BlockService: Sendable {
  /// Takes the answer to the request with that tag, on any thread.
  typealias Answer = @Sendable (_ tag: UInt8, Reply) -> Void
  /// Runs a job, soon, on a thread that may block; false if there is none to be had.
  typealias Executor = @Sendable (@escaping @Sendable () -> Void) -> Bool

  private let source: any BlockSource
  private let store: (any BlockStore)?
  private let memory: BlockMemory
  private let counters: ServerCounters
  private let failures: FailureLog
  private let readers: Executor
  private let writers: Executor
  private let syncs = SyncQueue()

  /// - Parameters:
  ///   - source: where blocks are read.
  ///   - store: where they are written; nil for a server that is read-only.
  ///   - memory: keeps the blocks that were read last.
  ///   - readers: runs jobs that read.
  ///   - writers: runs jobs that write and sync.
  init(
    source: any BlockSource, store: (any BlockStore)?, memory: BlockMemory,
    counters: ServerCounters, logger: Logger,
    readers: @escaping Executor, writers: @escaping Executor
  ) {
    self.source = source
    self.store = store
    self.memory = memory
    self.counters = counters
    failures = FailureLog(logger)
    self.readers = readers
    self.writers = writers
  }

  /// Whether writes are refused.
  var isReadOnly: Bool { store == nil }

  /// Reads blocks together; each is answered by itself, in any order.
  ///
  /// What is in memory is answered before this returns.
  func read(_ requests: [(tag: UInt8, address: BlockAddress)], answer: @escaping Answer) {
    counters.reads.add(requests.count)
    let isAlone = requests.count == 1
    let missing = requests.filter { !answerAtOnce($0, isAlone: isAlone, answer) }
    forEachJob(missing) { batch in
      let started = readers { [self] in
        for (tag, address) in batch { answer(tag, reply(to: read(address))) }
      }
      if !started { for request in batch { answer(request.tag, Self.busy) } }
    }
  }

  private func read(_ address: BlockAddress) -> Result<Block, BlockError> {
    let result = Result { () throws(BlockError) in try source.read(address) }
    if case .success(let block) = result { memory.insert(block, at: address) }
    return result
  }

  /// Whether the block was in memory, here or, for a request that is alone, in the system's.
  ///
  /// A client that asks for one block after the other waits less when no thread has to be woken
  /// for each. Those that come together are for all processors.
  private func answerAtOnce(
    _ request: (tag: UInt8, address: BlockAddress), isAlone: Bool, _ answer: Answer
  ) -> Bool {
    let address = request.address
    if let block = memory.block(at: address) {
      let result = Result { () throws(BlockError) in try block.limited(by: address) }
      answer(request.tag, reply(to: result))
      return true
    }
    guard isAlone, let block = source.readAtOnce(address) else { return false }
    memory.insert(block, at: address)
    answer(request.tag, reply(to: .success(block)))
    return true
  }

  /// Stores blocks; each is answered by itself, in any order.
  ///
  /// What the store can take into memory is answered before this returns.
  func write(
    _ requests: [(tag: UInt8, block: Block, type: BlockType)], answer: @escaping Answer
  ) {
    counters.writes.add(requests.count)
    counters.writtenBytes.add(requests.reduce(0) { $0 + $1.block.count })
    guard let store else {
      for request in requests { answer(request.tag, Self.readOnly) }
      return
    }
    let waiting = requests.compactMap { tag, block, type -> ScoredWrite? in
      let score = block.score
      guard !store.writeAtOnce(block, type: type, score: score) else {
        answer(tag, .stored(score))
        return nil
      }
      return (tag, block, type, score)
    }
    forEachJob(waiting) { batch in
      let started = writers { [self] in
        for (tag, block, type, score) in batch { answer(tag, write(block, type, score, to: store)) }
      }
      if !started { for request in batch { answer(request.tag, Self.busy) } }
    }
  }

  private typealias ScoredWrite = (tag: UInt8, block: Block, type: BlockType, score: Score)

  private func write(
    _ block: Block, _ type: BlockType, _ score: Score, to store: any BlockStore
  ) -> Reply {
    do throws(BlockError) {
      try store.write(block, type: type, score: score)
      return .stored(score)
    } catch {
      return failure(error)
    }
  }

  /// Syncs the store, once for all who ask while a sync is under way.
  func sync(tag: UInt8, answer: @escaping Answer) {
    counters.syncs.add()
    guard let store else { return answer(tag, Self.readOnly) }
    guard syncs.join({ answer(tag, $0) }) else { return }
    let started = writers { [self] in
      syncs.run {
        do throws(BlockError) {
          try store.sync()
          return .synced
        } catch {
          return failure(error)
        }
      }
    }
    if !started { syncs.run { Self.busy } }
  }

  /// Cuts requests into jobs: fewer jobs cost fewer wake-ups, more use more threads.
  private func forEachJob<Request>(
    _ requests: [Request], _ body: (ArraySlice<Request>) -> Void
  ) {
    let share = requests.count / Machine.processorCount
    let count = min(max(share, 1), Self.jobRequestCount)
    for start in stride(from: 0, to: requests.count, by: count) {
      body(requests[start..<min(start + count, requests.count)])
    }
  }

  /// The most requests that one job does.
  private static let jobRequestCount = 8

  private static let busy = Reply.error("too many requests")
  private static let readOnly = Reply.error(BlockError.readOnly.wireText)

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
      failures.note(error)
    }
    return .error(error.wireText)
  }
}
