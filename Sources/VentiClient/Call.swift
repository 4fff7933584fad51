import Posix
package import VentiCore

/// What a caller wants of the server, on whatever connection.
///
/// A call is in one place at a time: waiting in the pool, or in flight on a connection.
enum Call: Sendable {
  case read(ReadCall)
  case write(WriteCall)
  case sync(SyncCall)

  /// When the caller gives up; nil for writes, which outlive the call that began them.
  var deadline: Deadline? {
    switch self {
    case .read(let call): call.deadline
    case .write: nil
    case .sync(let call): call.deadline
    }
  }

  /// The block in question.
  var score: Score? {
    switch self {
    case .read(let call): call.address.score
    case .write(let call): call.score
    case .sync: nil
    }
  }

  /// Ends the call with an error.
  func fail(_ error: BlockError, _ ledger: WriteLedger) {
    switch self {
    case .read(let call): call.deliver(.failure(error))
    case .write(let call): ledger.fail([call], with: error)
    case .sync(let call): call.deliver(.failure(error))
    }
  }

  /// The call after it was lost to a peer that broke the protocol.
  func countingBreach() -> Call {
    switch self {
    case .read(var call):
      call.breaches += 1
      return .read(call)
    case .write(var call):
      call.breaches += 1
      return .write(call)
    case .sync(var call):
      call.breaches += 1
      return .sync(call)
    }
  }

  /// How often the call was lost to a peer that broke the protocol.
  var breaches: Int {
    switch self {
    case .read(let call): call.breaches
    case .write(let call): call.breaches
    case .sync(let call): call.breaches
    }
  }
}

/// A block to be read.
struct ReadCall: Sendable {
  let address: BlockAddress
  let deadline: Deadline
  let deliver: @Sendable (Result<Block, BlockError>) -> Void
  var breaches = 0
}

/// A block to be stored.
///
/// It is kept until the connection that took it has synced it.
package struct WriteCall: Sendable {
  let block: Block
  let type: BlockType
  let score: Score
  /// Which sync it has to be done by: see `WriteLedger`.
  let batch: Int
  var breaches = 0

  /// A block, to be done by the sync of `batch`.
  package init(block: Block, type: BlockType, score: Score, batch: Int) {
    self.block = block
    self.type = type
    self.score = score
    self.batch = batch
  }
}

/// A sync for its own sake.
struct SyncCall: Sendable {
  let deadline: Deadline
  let deliver: @Sendable (Result<Void, BlockError>) -> Void
  var breaches = 0
}
