import CommandSupport
import Posix
import SystemPackage
import VacArchive
import VacBackup
import VentiCore

/// The older archive that a backup is compared with, or added to.
struct PreviousArchive {
  private let options: ArchiveOptions
  private let store: WritableStore
  private let report: Report

  init(_ options: ArchiveOptions, in store: WritableStore, _ report: Report) {
    self.options = options
    self.store = store
    self.report = report
  }

  /// The archive that `-d` names; one that cannot be opened is told, and done without.
  func compared() -> Backup.Previous? {
    guard let name = options.previous else { return nil }
    do {
      let archive = try open(name)
      return Backup.Previous(score: ArchiveScore(archive.score), directory: archive.directory)
    } catch {
      report.print("cannot compare with \(PathText.quoted(name.bytes)): \(error)")
      return nil
    }
  }

  /// The days that `-a` adds to.
  func days() throws -> DayTree? {
    guard let name = options.days else { return nil }
    let archive = FileType(of: name.path) == nil ? nil : try open(name)
    let days = try DayTree(
      continuing: archive, in: store.blocks, at: Int64(WallClock.seconds))
    for omission in days.omissions {
      throw CommandError("archive \(PathText.quoted(name.bytes)): days would be lost: \(omission)")
    }
    report.announce(days)
    return days
  }

  private func open(_ name: RawArgument) throws -> Archive {
    try Archive(opening: ArchiveScore(argument: name), in: store.blocks)
  }
}
