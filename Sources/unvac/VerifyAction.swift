import CommandSupport
import Posix
import SystemPackage
import VacBackup

/// Compares files.
struct VerifyAction: Action {
  let command: Unvac
  let opened: OpenedArchive

  /// - Returns: whether there is no difference.
  func run() throws -> Bool {
    let current = Monitor<Verifier?>(nil)
    let report = Report { current.withLock { $0?.counters } }
    defer { report.end() }
    let differences = Monitor((count: 0, failure: CommandError?.none))
    let verifier = Verifier(
      opened.archive, in: opened.source,
      with: try command.target { path throws(Errno) in
        try DirectoryHandle(opening: path)
      },
      options: command.restoreOptions(opened),
      observer: report.observer(namesFiles: command.isVerbose)
    ) { path, difference in
      let line = "\(PathText.quoted(path)): \(difference)"
      differences.withLock { $0.count += 1 }
      do throws(CommandError) {
        try StandardOutput.print(line)
      } catch {
        differences.withLock { $0.failure = error }
      }
    }
    current.withLock { $0 = verifier }
    let watch = try TerminationWatch { _ in verifier.cancel() }
    let missing = try withExtendedLifetime(watch) { try verifier.run(command.selection) }
    let hasAll = report.reportMissing(missing)
    if command.printsStatistics { report.printStatistics() }
    if let failure = differences.withLock({ $0.failure }) { throw failure }
    return hasAll && verifier.counters.problems.count == 0 && differences.withLock { $0.count } == 0
  }
}
