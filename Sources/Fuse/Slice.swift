/// A part of a file's contents, in the form in which it is sent.
public enum Slice: Sendable {
  /// The bytes of `range` in memory, which are not copied before the kernel takes them.
  case bytes(any FixedBytes, range: Range<Int>)
  /// A run of zeros: a hole, which costs neither memory nor storage.
  case zeros(count: Int)

  /// Length in bytes.
  public var count: Int {
    switch self {
    case .bytes(_, let range): range.count
    case .zeros(let count): count
    }
  }
}
