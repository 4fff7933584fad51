internal import Synchronization

/// A number that only grows, counted by many threads.
package final class Counter: Sendable {
  private let value = Atomic(0)

  package init() {}

  /// How far it has come.
  package var count: Int { value.load(ordering: .relaxed) }

  /// Counts one more, or several.
  package func add(_ amount: Int = 1) {
    value.wrappingAdd(amount, ordering: .relaxed)
  }
}
