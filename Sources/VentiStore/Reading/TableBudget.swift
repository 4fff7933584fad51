internal import Posix

/// How many entries the tables of all arenas may have together.
final class TableBudget: Sendable {
  private let free: Monitor<Int>

  init(entries: Int) {
    free = Monitor(entries)
  }

  /// Takes room for entries; false when there is not so much.
  func take(_ count: Int) -> Bool {
    free.withLock { free in
      guard count <= free else { return false }
      free -= count
      return true
    }
  }

  /// Gives room back.
  func giveBack(_ count: Int) {
    free.withLock { $0 += count }
  }
}
