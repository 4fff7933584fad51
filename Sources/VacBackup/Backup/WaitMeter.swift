internal import Posix

/// Tells whether a thread has had to wait for a disk, or for another machine.
struct WaitMeter: Sendable {
  /// Answers after which that can be told.
  private static let answerLimit = 32

  private var answerCount = 0
  private var waitCount = 0
  private var blockInputCount = 0
  private var last = Thread.usage

  /// Goes on after something else, for which the thread may have waited.
  mutating func resume() {
    last = Thread.usage
  }

  /// Counts answers that the system gave since the last call, or since `resume`.
  ///
  /// - Returns: whether the thread had to wait for the last few.
  mutating func hasWaited(forAnswers count: Int) -> Bool {
    let now = Thread.usage
    answerCount += count
    waitCount += now.waitCount - last.waitCount
    blockInputCount += now.blockInputCount - last.blockInputCount
    last = now
    guard answerCount >= Self.answerLimit else { return false }
    defer { (answerCount, waitCount, blockInputCount) = (0, 0, 0) }
    // For others' locks a thread waits now and then, but for another machine at every answer.
    return blockInputCount > 0 || waitCount > answerCount / 2
  }
}
