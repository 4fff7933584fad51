/// The names in the directories on the way down to where a walk is, as far as they are in memory.
struct OpenNames {
  private var stack: [RemainingNames?] = []
  /// Bytes of memory that they take.
  private(set) var byteCount = 0

  /// Goes down to a directory; nil where its names are not known.
  mutating func push(_ names: RemainingNames?) {
    stack.append(names)
    byteCount += names?.byteCount ?? 0
  }

  /// Removes a name of the deepest directory.
  mutating func remove(_ name: [UInt8]) {
    guard let last = stack.indices.last, let before = stack[last]?.byteCount else { return }
    stack[last]?.remove(name)
    byteCount += (stack[last]?.byteCount ?? 0) - before
  }

  /// Goes up again.
  ///
  /// - Returns: what is left in the directory.
  mutating func pop() -> RemainingNames? {
    guard let names = stack.popLast() else { return nil }
    byteCount -= names?.byteCount ?? 0
    return names
  }
}
