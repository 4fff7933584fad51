/// Bytes or text that are not what their format asks for.
///
/// `subject` is the structure that was being read ("entry", "arena tail"), `offset` the byte
/// in it, counted from 0.
public enum FormatError: Error, Sendable, Equatable {
  /// The bytes end before the structure does.
  case truncated(subject: String, offset: Int, needed: Int, available: Int)
  /// A field holds a value that its format does not allow.
  case invalid(subject: String, offset: Int, found: String, expected: String)
}

extension FormatError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .truncated(let subject, let offset, let needed, let available):
      "\(subject) byte \(offset): \(needed) bytes needed, \(available) there"
    case .invalid(let subject, let offset, let found, let expected):
      "\(subject) byte \(offset): found \(found), expected \(expected)"
    }
  }
}
