import CommandSupport
import Posix
import SystemPackage
import VacArchive
import VacBackup
import VentiCore

/// What the user is told of a backup.
final class Report: Sendable {
  private let options: OutputOptions
  private let line: ProgressLine
  private let counters: @Sendable () -> BackupCounters?
  /// Bytes that there are to be archived, once they are counted.
  private let total = Monitor<Int?>(nil)
  private let begun = Deadline.now

  /// - Parameter counters: what there is to tell of, once it is.
  init(_ options: OutputOptions, _ counters: @escaping @Sendable () -> BackupCounters?) {
    let (begun, total) = (begun, total)
    self.options = options
    self.counters = counters
    line = ProgressLine {
      counters().map { counters in
        BackupProgress(
          counters, seconds: -begun.secondsLeft, total: total.withLock { $0 }
        ).text
      } ?? ""
    }
  }

  /// Has the bytes of a backup counted where somebody looks on, on a thread of its own.
  func countBytes(of backup: Backup) {
    guard Terminal(.standardError) != nil else { return }
    Thread.start("count") { [total] in
      let count = backup.countBytes()
      total.withLock { $0 = count }
    }
  }

  /// Takes part in a backup as its observer.
  var observer: BackupObserver {
    var observer = BackupObserver { problem in self.print("\(problem)") }
    observer.previousDamage = { reason in
      self.print("the archive to compare with is damaged, and done without there: \(reason)")
    }
    if options.isVerbose { observer.event = { path, event in self.name(path(), event) } }
    observer.exclusion = { path, isDirectory in
      self.print("excluding \(Self.text(path))" + (isDirectory ? "/" : ""))
    }
    return observer
  }

  /// Prints a line as the command.
  func print(_ text: String) { line.print("vac: \(text)") }

  func end() { line.end() }

  private func name(_ path: [UInt8], _ event: BackupObserver.Event) {
    let text = Self.text(path)
    switch event {
    case .file: line.print(text)
    case .directory: line.print(text + "/")
    case .read: line.print("+" + text)
    case .fileOfStore: print("excluding \(text), a file of the store")
    case .merged: line.print("merging " + text)
    }
  }

  private static func text(_ path: [UInt8]) -> String {
    String(decoding: PathText.printable(path), as: UTF8.self)
  }

  /// Says which day is added, and what it is compared with.
  func announce(_ days: DayTree) {
    guard options.isVerbose else { return }
    line.print(days.recent.map { "diff \($0.path)" } ?? "no recent archive to diff against")
    line.print("archive \(days.path)")
  }

  /// Prints the score, alone or in its line of JSON.
  ///
  /// - Throws: when nobody can read it; the error says it instead.
  func printScore(_ score: ArchiveScore) throws(CommandError) {
    // On a terminal, it shares the line with the progress.
    line.end()
    do throws(CommandError) {
      try StandardOutput.print(line(for: score))
    } catch {
      throw CommandError("\(error); the archive is \(score)")
    }
  }

  private func line(for score: ArchiveScore) -> String {
    guard options.printsJSON, let counters = counters() else { return "\(score)" }
    var object = JSONObject()
    object.add("score", "\(score)")
    object.add("files", counters.files.count)
    object.add("files_unchanged", counters.unchangedFiles.count)
    object.add("directories", counters.directories.count)
    object.add("bytes", counters.bytes.count)
    object.add("bytes_sent", counters.bytesSent.count)
    object.add("bytes_known", counters.bytesKnown.count)
    object.add("problems", counters.problems.count)
    object.add("milliseconds", Int(-begun.secondsLeft * 1000))
    return object.text
  }

  /// Says what was done, where that was asked for, and how much could not be.
  func printSummary() {
    guard let counters = counters() else { return }
    if options.printsStatistics {
      let read = counters.files.count - counters.unchangedFiles.count
      line.print(
        "\(read) files, \(counters.unchangedFiles.count) files skipped, \(counters.directories.count) directories"
      )
      line.print(
        "\(counters.bytesSent.count) data bytes written, \(counters.bytesKnown.count) data bytes skipped"
      )
    }
    if counters.problems.count > 0 {
      let problems =
        counters.problems.count == 1 ? "1 problem" : "\(counters.problems.count) problems"
      print("\(problems): not everything is in the archive as it is on disk")
    }
  }
}
