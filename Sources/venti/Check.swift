import ArgumentParser
import CommandSupport
import VentiCore
import VentiStore
import VentiTools

/// Checks a whole store.
struct Check: ToolCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check all of a store: seals, every block's score, directories, index, bloom filter.",
    discussion: """
      --repair makes index and bloom filter anew where they are wrong; data is never touched. The \
      status is 1 unless all is well in the end.
      """,
    helpNames: .long)

  @Flag(name: .customLong("repair"), help: "Make index and bloom filter anew where they are wrong.")
  var repairs = false

  @Option(name: .customLong("threads"), help: "How many arenas are read at a time.")
  var threads = 4

  @Argument(help: "The store, of this machine, as with -h.", completion: .file())
  var store: String?

  @OptionGroup var option: StoreOption

  func validate() throws {
    try option.validate(besides: store)
    guard (1...256).contains(threads) else {
      throw ValidationError("--threads \(threads): expected a number from 1 to 256")
    }
  }

  func runTool() throws -> Bool {
    let location = try option.location(or: store)
    guard case .local(let path) = location else {
      throw CommandError("\(location): only a store of this machine can be checked")
    }
    let configuration = try StoreConfiguration(contentsOf: path)
    let lock = repairs ? try StoreLock(configuration) : nil
    defer { withExtendedLifetime(lock) {} }
    let parts = try StoreParts(configuration, for: repairs ? .readWrite : .readOnly)
    let report = try check(parts)
    CheckSummary(report).print(to: .standard)
    guard repairs, !report.isSound else { return report.isSound }
    try repair(parts, report)
    let second = try check(parts)
    CheckSummary(second).print(to: .standard)
    return second.isSound
  }

  private func check(_ parts: StoreParts) throws -> CheckReport {
    let progress = ProgressMeter("check", in: .bytes)
    defer { progress.finish() }
    let report = try StoreChecker(parts).run(threads: threads) { done, total in
      progress.update(done, of: total)
      return true
    }
    guard let report else { throw ExitCode.failure }
    return report
  }

  private func repair(_ parts: StoreParts, _ report: CheckReport) throws {
    let progress = ProgressMeter("repair", in: .things("clumps"))
    defer { progress.finish() }
    let repair = StoreRepair(parts) { progress.update($0, of: $1) }
    if report.concerns(.index) {
      StandardError.print("venti check: making the index anew")
      try repair.rebuildIndex()
    }
    if report.concerns(.bloom) {
      StandardError.print("venti check: making the bloom filter anew")
      try repair.rebuildBloom()
    }
  }
}

extension CheckReport {
  /// Whether something of a part is wrong, or may be among what was not noted.
  fileprivate func concerns(_ part: Problem.Part) -> Bool {
    problemCount > problems.count || problems.contains { $0.part == part }
  }
}
