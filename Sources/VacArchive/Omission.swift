public import VentiCore

/// A part of a directory that is not shown as it should be, and why.
public enum Omission: Sendable, Equatable {
  /// A record that cannot be read; which name it had is not known.
  case record(number: Int, block: Score, FormatError)
  /// A file that is left out because it cannot be shown by its name.
  case name([UInt8], NameFault)
  /// A file that is shown without its Unix metadata.
  case unixMetadata(name: [UInt8], reason: String)
  /// A block of records that means nothing; how many files are lost is not known.
  case metadataBlock(Score, FormatError)
  /// A block that could not be read, of records or leading to them.
  case unreadable(BlockError)

  /// Why a name cannot be shown.
  public enum NameFault: Sendable, Equatable {
    /// It has no bytes.
    case empty
    /// It is `.` or `..`.
    case reserved
    /// A slash or a NUL is in it.
    case separator
    /// It has more than 255 bytes.
    case tooLong
    /// A file before has the same name.
    case repeated
  }
}

extension Omission {
  /// Whether it is damage for which files are missing whose names are not known.
  var hidesNames: Bool {
    switch self {
    case .record, .metadataBlock, .unreadable: true
    case .name, .unixMetadata: false
    }
  }
}

extension Omission: CustomStringConvertible {
  /// The message.
  public var description: String {
    switch self {
    case .record(let number, let block, let error):
      "record \(number) of block \(block): \(error)"
    case .name(let name, let fault):
      "file \(quoted(name)): \(fault), left out"
    case .unixMetadata(let name, let reason):
      "file \(quoted(name)): unix metadata not used: \(reason)"
    case .metadataBlock(let score, let error):
      "block \(score): \(error)"
    case .unreadable(let error):
      "\(error)"
    }
  }

  private func quoted(_ name: [UInt8]) -> String {
    VentiCore.quoted(String(decoding: name, as: UTF8.self))
  }
}

extension Omission.NameFault: CustomStringConvertible {
  /// The message.
  public var description: String {
    switch self {
    case .empty: "empty name"
    case .reserved: "reserved name"
    case .separator: "slash or NUL in the name"
    case .tooLong: "name of more than 255 bytes"
    case .repeated: "name seen before"
    }
  }
}

extension Omission.NameFault {
  /// The longest name on Linux.
  public static let nameByteLimit = 255

  /// What is wrong with a name by itself; nil for one that can be shown, and stored.
  public init?(_ name: some Collection<UInt8>) {
    if name.isEmpty {
      self = .empty
    } else if name.count > Self.nameByteLimit {
      self = .tooLong
    } else if name.count <= 2, name.allSatisfy({ $0 == UInt8(ascii: ".") }) {
      self = .reserved
    } else if name.contains(where: { $0 == 0 || $0 == UInt8(ascii: "/") }) {
      self = .separator
    } else {
      return nil
    }
  }
}
