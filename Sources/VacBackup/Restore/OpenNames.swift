internal import VentiCore

/// The names in the directories on the way down to where a walk is, nil where they are not known.
///
/// Those of the deepest directories are in memory.
struct OpenNames {
  private var stack: DeepStack<RemainingNames?>

  init(_ scratch: Scratch) {
    stack = DeepStack(
      scratch, limit: scratch.depthLimit, encode: { $0?.bytes ?? [] },
      decode: { bytes throws(FormatError) in
        bytes.isEmpty ? nil : try RemainingNames(parsing: bytes)
      })
  }

  /// Bytes of memory that they take.
  var byteCount: Int { stack.atHand.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

  /// Goes down to a directory.
  mutating func push(_ names: RemainingNames?) throws(RestoreError) {
    try keeping { () throws(ScratchError) in try stack.push(names) }
  }

  /// Removes a name of the deepest directory.
  mutating func remove(_ name: [UInt8]) { stack.last?.remove(name) }

  /// Goes up again.
  ///
  /// - Returns: what is left in the directory.
  mutating func pop() throws(RestoreError) -> RemainingNames? {
    try keeping { () throws(ScratchError) in try stack.pop() ?? nil }
  }
}
