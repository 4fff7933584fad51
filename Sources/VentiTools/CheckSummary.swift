internal import VentiCore
package import VentiStore

/// What a check of a store found, for people.
package struct CheckSummary: Sendable {
  private let report: CheckReport

  /// Describes a report.
  package init(_ report: CheckReport) {
    self.report = report
  }

  /// Prints the problems on standard error, and then a summary on standard output.
  package func print(to output: ToolOutput) {
    for problem in report.problems { output.note("\(problem.error)") }
    let rest = report.problemCount - report.problems.count
    if rest > 0 { output.note("and \(Text.grouped(rest)) more") }
    output.print(line)
  }

  /// The summary.
  package var line: String {
    var parts = [
      Text.count(report.arenaCount, "arena"), Text.count(report.sealCount, "seal"),
      "\(Text.count(report.clumpCount, "block")) of \(Text.size(report.blockByteCount))",
      "\(Text.grouped(report.entryCount)) index entries",
    ]
    if report.unindexedCount > 0 {
      parts.append("\(Text.count(report.unindexedCount, "block")) not indexed yet")
    }
    if report.markedCount > 0 {
      parts.append("\(Text.count(report.markedCount, "block")) marked as damaged")
    }
    let verdict = report.isSound ? "all is well" : Text.count(report.problemCount, "problem")
    return "checked \(parts.joined(separator: ", ")): \(verdict)"
  }
}
