internal import Posix
internal import SystemPackage
public import VacArchive
public import VentiCore

extension ArchiveScore {
  /// The archive that an argument of a command names: itself, or in a file.
  public init(argument: RawArgument) throws(CommandError) {
    do throws(ArchiveError) {
      if case .score(let score) = try ArchiveName(argument.text) {
        self = score
        return
      }
    } catch {
      throw CommandError("\(error)")
    }
    try self.init(contentsOf: argument.path)
  }

  private init(contentsOf path: FilePath) throws(CommandError) {
    // One more than there may be, so that a longer file is refused, not cut.
    let limit = Self.fileByteLimit + 1
    do {
      let file = try File(opening: path, for: .readOnly)
      let bytes = try Block(capacity: limit) { output throws(Errno) in
        try file.read(limit, at: 0, into: &output)
      }
      try self.init(parsingFile: bytes.array)
    } catch {
      throw CommandError("archive \(quoted(path.string)): \(error)")
    }
  }
}

extension LabelledScore {
  /// The tree that an argument of a command names: by its score, or by a file that vac wrote.
  public init(argument: String) throws(CommandError) {
    if let score = try? LabelledScore(argument) {
      self = score
      return
    }
    let archive = try ArchiveScore(argument: RawArgument(argument: argument))
    self.init(label: ArchiveScore.label, score: archive.score)
  }
}
