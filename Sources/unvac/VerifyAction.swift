import CommandSupport
import Posix
import SystemPackage
import VacBackup

/// Compares files.
struct VerifyAction {
  private let command: Unvac
  private let opened: OpenedArchive

  init(_ command: Unvac, _ opened: OpenedArchive) {
    self.command = command
    self.opened = opened
  }

  /// - Returns: whether there is no difference.
  func run() throws -> Bool {
    let current = Monitor<Verifier?>(nil)
    let report = Report { current.withLock { $0?.counters } }
    defer { report.end() }
    let differences = Monitor(0)
    let verifier = Verifier(
      opened.archive, in: opened.source, with: try directory(),
      options: command.restoreOptions(opened),
      observer: report.observer(namesFiles: command.isVerbose)
    ) { path, difference in
      differences.withLock { $0 += 1 }
      StandardOutput.print("\(PathText.quoted(path)): \(difference)")
    }
    current.withLock { $0 = verifier }
    let watch = try TerminationWatch { _ in verifier.cancel() }
    let missing = try withExtendedLifetime(watch) { try verifier.run(Selection(command.files)) }
    let hasAll = report.reportMissing(missing)
    if command.printsStatistics { report.printStatistics() }
    return hasAll && verifier.counters.problems == 0 && differences.withLock { $0 } == 0
  }

  private func directory() throws -> DirectoryHandle {
    do throws(Errno) {
      return try DirectoryHandle(opening: FilePath(command.directory))
    } catch {
      throw CommandError("directory \(PathText.quoted(Array(command.directory.utf8))): \(error)")
    }
  }
}
