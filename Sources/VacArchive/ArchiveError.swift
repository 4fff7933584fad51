public import VentiCore

/// Why an archive, a directory or a file in one cannot be used.
public enum ArchiveError: Error, Sendable, Equatable {
  /// Text that should name an archive and does not.
  case invalidName(found: String, expected: String)
  /// The root of another kind of tree.
  case notAnArchive(Score, type: String)
  /// A block could not be read or stored.
  case block(BlockError)
  /// A block was read, and is not what its place asks for.
  case format(FormatError, block: Score)
  /// Something is larger than anything real could be.
  case tooLarge(subject: String, size: Int, limit: Int)
  /// A slot of a directory stream does not hold what a record says is there.
  case slot(Int, SlotFault)
  /// Bytes that a file holds, which are not what its kind asks for.
  case content(subject: String, found: String, expected: String)
  /// Something that an archive cannot hold.
  case unstorable(String)
}

/// What is wrong with a slot of a directory stream.
public enum SlotFault: Sendable, Equatable {
  /// Nothing is in it.
  case inactive
  /// It has been used again since the record was written: the file has been removed.
  case generation(found: UInt32, expected: UInt32)
  /// It holds a directory where the record says file, or the other way.
  case kind(isDirectory: Bool)
  /// Its 40 bytes mean nothing.
  case format(FormatError)
  /// It is in a block that could not be read.
  case block(BlockError)
}

extension ArchiveError: CustomStringConvertible {
  /// The message.
  public var description: String {
    switch self {
    case .invalidName(let found, let expected):
      "archive name \(found): expected \(expected)"
    case .notAnArchive(let score, let type):
      "root \(score): type \(type), expected 'vac'"
    case .block(let error):
      "\(error)"
    case .format(let error, let block):
      "block \(block): \(error)"
    case .tooLarge(let subject, let size, let limit):
      "\(subject): size \(size), at most \(limit) expected"
    case .slot(let slot, let fault):
      "directory slot \(slot): \(fault)"
    case .content(let subject, let found, let expected):
      "\(subject): found \(found), expected \(expected)"
    case .unstorable(let reason):
      reason
    }
  }
}

extension SlotFault: CustomStringConvertible {
  /// The message.
  public var description: String {
    switch self {
    case .inactive: "not in use"
    case .generation(let found, let expected):
      "generation \(found), expected \(expected): file has been removed"
    case .kind(let isDirectory):
      isDirectory ? "a directory, expected a file" : "a file, expected a directory"
    case .format(let error): "\(error)"
    case .block(let error): "\(error)"
    }
  }
}

extension BlockError {
  /// Whether the fault is this block's own, so that what is in other blocks can still be read.
  ///
  /// The other faults are the whole store's, or pass: what was being read has to be read again.
  var isOfOneBlock: Bool {
    switch self {
    case .notFound, .tooLong, .damaged, .refused: true
    default: false
    }
  }
}
