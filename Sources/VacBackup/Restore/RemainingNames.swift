/// Names of which one after the other is removed.
struct RemainingNames {
  private let all: SortedNames
  private var isRemoved: [Bool]

  init(_ names: SortedNames) {
    var sorted = names
    sorted.sort()
    all = sorted
    isRemoved = Array(repeating: false, count: sorted.count)
  }

  /// Removes a name, if it is there.
  mutating func remove(_ name: [UInt8]) {
    if let position = all.position(of: name) { isRemoved[position] = true }
  }

  /// What is left.
  var names: some Sequence<[UInt8]> {
    isRemoved.indices.lazy.filter { !isRemoved[$0] }.map { all[$0].name }
  }
}
