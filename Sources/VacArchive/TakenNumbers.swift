internal import VentiCore

/// The numbers that files of a directory have, so that no two have the same unless they are one.
///
/// A range for each run of numbers: those of an archive ascend, and a million files take no more
/// room than the directories between them.
struct TakenNumbers {
  private struct Numbers {
    /// Ascending.
    private var runs: [ClosedRange<UInt64>] = []
    /// Numbers below the last run that came after it.
    private var others: Set<UInt64> = []

    func contains(_ number: UInt64) -> Bool {
      let place = runs.firstPosition { number <= $0.upperBound }
      guard place < runs.count else { return false }
      return runs[place].contains(number) || others.contains(number)
    }

    mutating func insert(_ number: UInt64) {
      guard let last = runs.last else { return runs.append(number...number) }
      if number <= last.upperBound {
        if !last.contains(number) { others.insert(number) }
      } else if number == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...number
      } else {
        runs.append(number...number)
      }
    }
  }

  private var single = Numbers()
  // Names of one file: the same number is right there.
  private var linked = Numbers()

  /// Whether another file has the number.
  func contains(_ number: UInt64, isLinked: Bool) -> Bool {
    single.contains(number) || (!isLinked && linked.contains(number))
  }

  /// Notes the number of a file, which may have several names.
  mutating func insert(_ number: UInt64, isLinked: Bool) {
    if isLinked { linked.insert(number) } else { single.insert(number) }
  }
}
