package import SystemPackage
package import VacArchive
internal import VentiCore

/// Why a file is not in the archive, or not as it should be.
package enum BackupError: Error, Sendable, Equatable {
  /// A call of the system failed.
  case system(String, Errno)
  /// The store took no block, or the file cannot be held by an archive.
  case archive(ArchiveError)
  /// What memory is not meant to hold could not be written to a temporary file, or be read again.
  case scratch(ScratchError)
  /// The file was written to while it was read: what was read is stored.
  case changed
  /// The file had not as many bytes as the system said: those that it had are stored.
  case size(read: Int, announced: Int)
  /// Something else was there by the time the file was opened.
  case replaced
  /// Its place in the archive is taken by an earlier argument.
  case nameTaken
  /// The argument names nothing that could be a file's name in an archive.
  case noName
  /// A list of arguments has one that no path can be as long as.
  case argumentTooLong
  /// The file has another name by which it could not be stored.
  case originalLost
  /// A part of an archive that is merged or compared is left out.
  case omission(String)
  /// Nothing that was to be stored could be read.
  case nothingRead
  /// The backup was ended from outside.
  case interrupted

  /// Whether there can be no archive.
  package var endsEverything: Bool {
    switch self {
    case .archive(.block), .scratch, .argumentTooLong, .nothingRead, .interrupted: true
    default: false
    }
  }
}

extension BackupError: CustomStringConvertible {
  /// One line for people.
  package var description: String {
    switch self {
    case .system(let action, let error): "\(action): \(error)"
    case .archive(let error): "\(error)"
    case .scratch(let error): "\(error)"
    case .changed: "changed while it was read"
    case .size(let read, let announced):
      "changed while it was read: stored are \(read) bytes, expected \(announced)"
    case .replaced: "replaced by another file while it was read"
    case .nameTaken: "left out: an earlier argument has a file of this name"
    case .noName: "left out: not the name of a file"
    case .argumentTooLong:
      "--from-file: an argument in it has more than \(ArgumentList.argumentByteLimit) bytes"
    case .originalLost: "hard link: the file could not be stored by its first name"
    case .omission(let reason): reason
    case .nothingRead: "nothing of what is named could be read: no archive is made"
    case .interrupted: "interrupted"
    }
  }
}

/// Something that is not in the archive as it is in the file system.
package typealias BackupProblem = FileProblem<BackupError>

/// Runs a call of the system; its error says what was being done.
func calling<Result>(
  _ action: String, _ call: () throws(Errno) -> Result
) throws(BackupError) -> Result {
  try rethrowing(call) { BackupError.system(action, $0) }
}

/// Writes to the archive.
func archiving<Result>(
  _ body: () throws(ArchiveError) -> Result
) throws(BackupError) -> Result {
  try rethrowing(body) { BackupError.archive($0) }
}

/// Sets aside what memory is not meant to hold, or takes it back.
func settingAside<Result>(
  _ body: () throws(ScratchError) -> Result
) throws(BackupError) -> Result {
  try rethrowing(body) { BackupError.scratch($0) }
}
