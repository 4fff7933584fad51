public import VentiCore

/// Bytes on a connection that are not the protocol.
public enum WireError: Error, Sendable, Equatable {
  /// The first line is not a version line; `found` quotes its beginning.
  case notVenti(found: String)
  /// The version line offers nothing that we speak.
  case noCommonVersion(offered: String)
  /// A frame announces, or would need, more bytes than a message may have.
  case tooLong(count: Int, limit: Int)
  /// A message of a type that the receiver does not take.
  case unknownType(UInt8, tag: UInt8)
  /// A message whose fields are wrong; `tag` is nil when it is too short to have one.
  case malformed(FormatError, tag: UInt8?)

  /// The tag of the message in question, where it has one.
  public var tag: UInt8? {
    switch self {
    case .unknownType(_, let tag): tag
    case .malformed(_, let tag): tag
    case .notVenti, .noCommonVersion, .tooLong: nil
    }
  }
}

extension WireError: CustomStringConvertible {
  /// What was found, and what was expected.
  public var description: String {
    switch self {
    case .notVenti(let found):
      "not a venti peer: greeting \(found), expected 'venti-04:02-…'"
    case .noCommonVersion(let offered):
      "unable to negotiate version: \(offered) offered, expected 04 or 02"
    case .tooLong(let count, let limit):
      "message of \(count) bytes, at most \(limit) expected"
    case .unknownType:
      "unknown request"
    case .malformed(let error, _):
      "bad message: \(error)"
    }
  }
}
