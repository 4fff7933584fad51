import Posix
import VentiCore

/// The bridge between the two worlds: a plain thread waits for what an event loop delivers.
///
/// There is no other place in which a thread waits for the network. An event loop never waits.
final class Waiter<Value: Sendable>: Sendable {
  private let result = Monitor<Result<Value, BlockError>?>(nil)

  /// Delivers the result and wakes the thread that waits for it.
  ///
  /// Called on an event loop.
  func deliver(_ result: Result<Value, BlockError>) {
    self.result.update { $0 = result }
  }

  /// Waits for the result.
  ///
  /// Called on a plain thread.
  ///
  /// - Throws: the error that was delivered, or `late` when nothing was by the deadline.
  func wait(until deadline: Deadline, late: @autoclosure () -> BlockError) throws(BlockError)
    -> Value
  {
    guard let result = result.wait(until: deadline, { $0 }) else { throw late() }
    return try result.get()
  }
}
