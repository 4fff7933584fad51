import CommandSupport
import Posix
import SystemPackage
import VacBackup

/// Restores files.
struct RestoreAction {
  private let command: Unvac
  private let opened: OpenedArchive

  init(_ command: Unvac, _ opened: OpenedArchive) {
    self.command = command
    self.opened = opened
  }

  /// - Returns: whether everything is as it is in the archive.
  func run() throws -> Bool {
    let current = Monitor<Restorer?>(nil)
    let report = Report { current.withLock { $0?.counters } }
    defer { report.end() }
    let restorer = Restorer(
      opened.archive, in: opened.source, to: try targetDirectory(),
      options: command.restoreOptions(opened),
      observer: report.observer(namesFiles: command.isVerbose))
    current.withLock { $0 = restorer }
    let watch = try TerminationWatch { _ in restorer.cancel() }
    let missing = try withExtendedLifetime(watch) { try restorer.run(Selection(command.files)) }
    let hasAll = report.reportMissing(missing)
    reportOmitted(restorer.counters, report)
    if command.printsStatistics { report.printStatistics() }
    return hasAll && restorer.counters.problems == 0
  }

  private func targetDirectory() throws -> DirectoryHandle {
    let path = FilePath(command.directory)
    do throws(Errno) {
      return try DirectoryHandle(openingOrMaking: path)
    } catch {
      throw CommandError("directory \(PathText.quoted(Array(command.directory.utf8))): \(error)")
    }
  }

  /// What was left out on purpose.
  private func reportOmitted(_ counters: RestoreCounters, _ report: Report) {
    if counters.setIDsLeftOut > 0 {
      report.print(
        "set-id bits left out of \(counters.setIDsLeftOut) files: their owners are not as archived")
    }
    if counters.attributesLeftOut > 0 {
      report.print(
        "\(counters.attributesLeftOut) extended attributes left out: only root may set them")
    }
  }
}
