internal import Posix

/// A request that waits for storage.
///
/// Whoever claims it answers it: the job that has waited, or `Interruptions` when its asker is
/// about to die. The other then has nothing left to answer.
final class WaitingRequest: @unchecked Sendable {
  /// What is asked for.
  let operation: Operation
  /// The thread that asks.
  let asker: Asker
  // Touched by init, and by the one who claims it.
  private var request: Request?
  private let isClaimed = Monitor(false)

  /// Takes over a request, and has interruptions of it reported.
  init(_ request: consuming Request, _ operation: Operation) {
    self.operation = operation
    asker = request.asker
    self.request = consume request
    // The kernel's side holds the object until the request is claimed.
    let retained = unsafe Unmanaged.passRetained(self).toOpaque()
    unsafe self.request?.reportInterruption(with: retained)
  }

  /// Whether it has been claimed.
  var isAnswered: Bool { isClaimed.withLock { $0 } }

  /// The request, to be answered; nil when another has claimed it.
  func claim() -> Request? {
    let isFirst = isClaimed.withLock { isClaimed in
      defer { isClaimed = true }
      return !isClaimed
    }
    guard isFirst, let request = request.take() else { return nil }
    request.ignoreInterruption()
    // No callback runs any more, and none will.
    unsafe Unmanaged.passUnretained(self).release()
    return request
  }
}
