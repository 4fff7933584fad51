import CommandSupport
import Posix
import VacBackup

/// What the user is told while files are restored or compared.
final class Report: Sendable {
  private let line: ProgressLine
  private let counters: @Sendable () -> RestoreCounters?
  private let begun = Deadline.now

  /// - Parameter counters: what there is to tell of, once it is.
  init(_ counters: @escaping @Sendable () -> RestoreCounters?) {
    let begun = begun
    self.counters = counters
    line = ProgressLine {
      counters().map { Self.progress($0, seconds: -begun.secondsLeft) } ?? ""
    }
  }

  /// Prints a line as the command.
  func print(_ text: String) { line.print("unvac: \(text)") }

  /// Prints a line as it is.
  func printPlainly(_ text: String) { line.print(text) }

  func end() { line.end() }

  /// What was done, for `--statistics`.
  func printStatistics() {
    guard let counters = counters() else { return }
    let seconds = -begun.secondsLeft
    let tenths = Int(seconds * 10)
    line.print(
      "\(counters.files.count) files, \(counters.directories.count) directories, "
        + "\(counters.bytesWritten.count) bytes written, \(counters.bytesUnchanged.count) bytes unchanged, "
        + "\(tenths / 10).\(tenths % 10) s, \(Self.rate(counters, seconds))")
  }

  private static func progress(_ counters: RestoreCounters, seconds: Double) -> String {
    let bytes = counters.bytesWritten.count + counters.bytesUnchanged.count
    return "\(counters.files.count) files, \(megabytes(bytes)), \(rate(counters, seconds))"
  }

  private static func rate(_ counters: RestoreCounters, _ seconds: Double) -> String {
    let bytes = Double(counters.bytesWritten.count + counters.bytesUnchanged.count)
    return megabytes(Int(bytes / max(seconds, 0.001))) + "/s"
  }

  private static func megabytes(_ bytes: Int) -> String {
    let tenths = bytes / 100_000
    return tenths < 1000 ? "\(tenths / 10).\(tenths % 10) MB" : "\(tenths / 10) MB"
  }
}

extension Report {
  /// Takes part in a restore or a comparison as its observer.
  func observer(namesFiles: Bool) -> RestoreObserver {
    var observer = RestoreObserver { problem in self.print("\(problem)") }
    if namesFiles { observer.file = { self.name($0, isDirectory: $1) } }
    return observer
  }

  private func name(_ path: [UInt8], isDirectory: Bool) {
    let text = String(decoding: PathText.printable(path), as: UTF8.self)
    printPlainly(isDirectory ? text + "/" : text)
  }

  /// Says which files were asked for and are not there.
  ///
  /// - Returns: whether all are.
  func reportMissing(_ paths: [[UInt8]]) -> Bool {
    for path in paths { print(Self.missing(path)) }
    return paths.isEmpty
  }

  /// Says that a file that was asked for is not there.
  static func missing(_ path: [UInt8]) -> String {
    "\(PathText.quoted(path)): not in the archive"
  }
}
