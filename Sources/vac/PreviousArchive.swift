import CommandSupport
import Posix
import SystemPackage
import VacArchive
import VacBackup
import VentiCore

/// The older archive that a backup is compared with, or added to.
struct PreviousArchive {
  /// What an option names.
  private enum Naming {
    case score(ArchiveScore)
    /// No archive yet: the file that is to name it is not there, or has nothing in it.
    case none(CommandError)
  }

  private let options: ArchiveOptions
  private let naming: Naming?

  /// Reads what the options name.
  ///
  /// - Throws: for what names no archive, before anything is done: to go on without would send all
  ///   there is, and a mistake in a script would pass for a backup that took long.
  init(_ options: ArchiveOptions) throws(CommandError) {
    self.options = options
    naming = try (options.previous ?? options.days).map { name throws(CommandError) in
      try Self.naming(name, mayBeEmpty: options.days == nil)
    }
  }

  private static func naming(
    _ name: RawArgument, mayBeEmpty: Bool
  ) throws(CommandError) -> Naming {
    do throws(CommandError) {
      return .score(try ArchiveScore(argument: name))
    } catch {
      guard (try? ArchiveName(name.text)) != nil, isToCome(name.path, mayBeEmpty) else {
        throw error
      }
      return .none(error)
    }
  }

  /// Whether a file will only be written, as by a first run.
  ///
  /// plan9port's vac, when it is interrupted, leaves the file of `-f` empty. A file of `-a` that has
  /// become so had days in it, which must not be lost.
  private static func isToCome(_ path: FilePath, _ mayBeEmpty: Bool) -> Bool {
    do throws(Errno) {
      return try File(opening: path, for: .readOnly).size() == 0 && mayBeEmpty
    } catch {
      return error == .noSuchFileOrDirectory
    }
  }

  /// The archive that `-d` names; one that cannot be opened is told, and done without.
  func compared(in store: WritableStore, _ report: Report) -> Backup.Previous? {
    guard let name = options.previous, let naming else { return nil }
    do {
      let archive = try open(naming, in: store)
      return Backup.Previous(score: ArchiveScore(archive.score), directory: archive.directory)
    } catch {
      report.print("cannot compare with \(PathText.quoted(name.bytes)): \(error)")
      return nil
    }
  }

  /// The days that `-a` adds to.
  func days(in store: WritableStore, _ report: Report) throws -> DayTree? {
    guard let name = options.days, let naming else { return nil }
    let archive = FileType(of: name.path) == nil ? nil : try open(naming, in: store)
    let days = try DayTree(
      continuing: archive, in: store.blocks, at: Int64(WallClock.seconds))
    for omission in days.omissions {
      throw CommandError("archive \(PathText.quoted(name.bytes)): days would be lost: \(omission)")
    }
    report.announce(days)
    return days
  }

  private func open(_ naming: Naming, in store: WritableStore) throws -> Archive {
    switch naming {
    case .score(let score): try Archive(opening: score, in: store.blocks)
    case .none(let reason): throw reason
    }
  }
}
