internal import Posix
package import SystemPackage
package import VacArchive
internal import VentiCore

/// Why a file cannot be read from an archive, or not be made as the archive has it.
package enum RestoreError: Error, Sendable, Equatable {
  /// The archive cannot be read here.
  case archive(ArchiveError)
  /// Part of a directory is lost.
  case omission(Omission)
  /// More parts of a directory are lost than are told one by one.
  case moreOmissions(Int)
  /// A call of the system failed.
  case system(String, Errno)
  /// What memory is not meant to hold could not be written to a temporary file, or be read again.
  case scratch(ScratchError)
  /// Something that is no directory is where a directory should be.
  case notDirectory
  /// A directory is where a file should be.
  case isDirectory
  /// The archive has only the first bytes of a link's target.
  case cutLink(stored: Int, of: Int)
  /// A file has another name that could not be restored.
  case originalLost
  /// The restore was ended from outside.
  case interrupted

  /// Whether every other file would fail as well.
  package var endsEverything: Bool {
    switch self {
    case .archive(.block(.unreachable)), .archive(.block(.failed)), .scratch,
      .interrupted:
      true
    case .system(_, .noSpace), .system(_, .diskQuotaExceeded), .system(_, .readOnlyFileSystem):
      true
    default: false
    }
  }
}

extension RestoreError: CustomStringConvertible {
  /// One line for people.
  package var description: String {
    switch self {
    case .archive(let error): "\(error)"
    case .omission(let omission): "\(omission)"
    case .moreOmissions(let count): "\(count) more faults in this directory"
    case .system(let action, let error): "\(action): \(error)"
    case .scratch(let error): "\(error)"
    case .notDirectory: "already exists and is not a directory"
    case .isDirectory: "already exists and is a directory"
    case .cutLink(let stored, let count):
      "link target: the archive has only the first \(stored) of \(count) bytes"
    case .originalLost: "hard link: the file could not be restored by its first name"
    case .interrupted: "interrupted"
    }
  }
}

/// Something that is not in the target as it is in the archive.
package typealias RestoreProblem = FileProblem<RestoreError>

/// Runs a call of the system; its error says what was being done.
func attempt<Result>(
  _ action: String, _ call: () throws(Errno) -> Result
) throws(RestoreError) -> Result {
  try rethrowing(call) { RestoreError.system(action, $0) }
}

/// Sets aside what memory is not meant to hold, or takes it back.
func keeping<Result>(
  _ body: () throws(ScratchError) -> Result
) throws(RestoreError) -> Result {
  try rethrowing(body) { RestoreError.scratch($0) }
}

/// Reads from the archive.
func reading<Result>(
  _ body: () throws(ArchiveError) -> Result
) throws(RestoreError) -> Result {
  try rethrowing(body) { RestoreError.archive($0) }
}

/// Reads blocks.
func readingBlocks<Result>(
  _ body: () throws(BlockError) -> Result
) throws(RestoreError) -> Result {
  try rethrowing(body) { RestoreError.archive(.block($0)) }
}
