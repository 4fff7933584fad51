import CommandSupport
import Posix
import SystemPackage
import VacBackup

/// Restores files.
struct RestoreAction: Action {
  let command: Unvac
  let opened: OpenedArchive

  /// - Returns: whether everything is as it is in the archive.
  func run() throws -> Bool {
    ProcessMemory.keepFreed()
    let current = Monitor<Restorer?>(nil)
    let report = Report { current.withLock { $0?.counters } }
    defer { report.end() }
    let restorer = Restorer(
      opened.archive, in: opened.source,
      to: try command.target { path throws(Errno) in
        try DirectoryHandle(openingOrMaking: path)
      },
      options: command.restoreOptions(opened),
      observer: report.observer(namesFiles: command.isVerbose))
    current.withLock { $0 = restorer }
    let watch = try TerminationWatch { _ in restorer.cancel() }
    let missing = try withExtendedLifetime(watch) { try restorer.run(command.selection) }
    let hasAll = report.reportMissing(missing)
    reportOmitted(restorer.counters, report)
    if command.printsStatistics { report.printStatistics() }
    return hasAll && restorer.counters.problems.count == 0
  }

  /// What was left out on purpose.
  private func reportOmitted(_ counters: RestoreCounters, _ report: Report) {
    if counters.setIDsLeftOut.count > 0 {
      report.print(
        "set-id bits left out of \(counters.setIDsLeftOut.count) files: their owners are not as archived"
      )
    }
    if counters.attributesLeftOut.count > 0 {
      report.print(
        "\(counters.attributesLeftOut.count) extended attributes left out: only root may set them")
    }
  }
}
