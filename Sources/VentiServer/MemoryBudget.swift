import Synchronization

/// The memory that all clients together may hold: blocks that they have sent, and replies that they
/// have not taken.
///
/// Each client has limits of its own; this one keeps a thousand of them, each within its limits,
/// from taking more than there is. Beyond it a client gets no more until what it has is dealt with,
/// so that all of them go on, one thing at a time.
final class MemoryBudget: Sendable {
  private let limit: Int
  private let used = Atomic(0)

  init(limit: Int) {
    self.limit = limit
  }

  /// Whether more is held than there should be.
  var isExceeded: Bool { used.load(ordering: .relaxed) > limit }

  /// Bytes that are held.
  var count: Int { used.load(ordering: .relaxed) }

  /// Notes that a client holds more, or less, than before.
  func add(_ bytes: Int) {
    used.wrappingAdd(bytes, ordering: .relaxed)
  }
}
