internal import Posix
internal import VentiCore

/// Checks all there is to check in a store: seals, every block's score, directories, the index
/// both ways, and the bloom filter.
///
/// Reads only. Whoever writes to the store meanwhile may be caught half way.
public struct StoreChecker: Sendable {
  /// Called with how much of how much has been done, in bytes; ends the check by returning false.
  public typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Bool

  private let parts: StoreParts

  /// Checks the store that is made of `parts`.
  public init(_ parts: StoreParts) {
    self.parts = parts
  }

  /// Runs the check.
  ///
  /// - Parameters:
  ///   - threads: how many arenas are read at a time.
  ///   - progress: called often, on any thread.
  /// - Returns: nil when `progress` ended it.
  /// - Throws: `StoreError` when an arena partition cannot be opened.
  public func run(
    threads: Int = 2, progress: Progress? = nil
  ) throws(StoreError) -> CheckReport? {
    var arenas: [Arena] = []
    var report = CheckReport()
    for partition in parts.arenas {
      let partition = try ArenaPartition(partition)
      arenas += partition.arenas
      report.noting(.arena) { () throws(StoreError) in try partition.checkIsExact() }
    }
    let meter = Meter(total: try Self.byteCount(arenas), progress: progress)
    report.add(check(arenas, threads: threads, meter))
    if !meter.isEnded { report.add(checkIndex(arenas, meter)) }
    return meter.isEnded ? nil : report
  }

  /// Bytes that reading the arenas takes.
  private static func byteCount(_ arenas: [Arena]) throws(StoreError) -> Int {
    var total = 0
    for arena in arenas {
      guard let tail = try? arena.tail() else { continue }
      total += tail.written.usedByteCount
      if tail.indexed.isSealed { total += arena.geometry.length }
    }
    return total
  }

  /// Checks the arenas, several at a time.
  private func check(_ arenas: [Arena], threads: Int, _ meter: Meter) -> CheckReport {
    var report = CheckReport()
    for found in arenas.concurrently(threads: max(1, threads), { Self.check($1, meter) }) {
      report.add(found)
    }
    return report
  }

  private static func check(_ arena: Arena, _ meter: Meter) -> CheckReport {
    var check = ArenaCheck(arena) { count throws(StoreError) in try meter.advance(count) }
    do throws(StoreError) {
      try check.run()
      return check.report
    } catch {
      var report = check.report
      if !meter.isEnded { report.note(.arena, error) }
      return report
    }
  }

  private func checkIndex(_ arenas: [Arena], _ meter: Meter) -> CheckReport {
    var report = CheckReport()
    do throws(StoreError) {
      let sections = try parts.openSections()
      let index = try Index(name: parts.indexName, sections: sections)
      for section in sections {
        report.noting(.index) { () throws(StoreError) in
          try section.checkIsExact(index.table)
        }
      }
      let addresses = AddressMap(index.table, arenas: arenas)
      for problem in addresses.problems { report.note(.index, problem) }
      guard addresses.problems.isEmpty else { return report }
      for arena in addresses.arenasInOrder where (try? arena.tail()) == nil {
        // To make the index anew would lose the blocks of this arena from it: no problem of its own.
        report.note(.arena, arena.inconsistent("without its tail the index cannot be checked"))
        return report
      }
      let bloom = openBloom(&report)
      let check = IndexCheck(
        index: index, addresses: addresses, bloom: bloom,
        memoryByteCount: parts.indexMemoryByteCount)
      report.add(try check.run())
    } catch {
      if !meter.isEnded { report.note(.index, error) }
    }
    return report
  }

  private func openBloom(_ report: inout CheckReport) -> BloomBits? {
    guard let partition = parts.bloom else { return nil }
    do throws(StoreError) {
      return try BloomBits(partition)
    } catch {
      report.note(.bloom, error)
      return nil
    }
  }
}

/// Says how far a check has come.
private final class Meter: Sendable {
  private struct State {
    var done = 0
    var isEnded = false
  }

  private let total: Int
  private let progress: StoreChecker.Progress?
  private let state = Monitor(State())

  init(total: Int, progress: StoreChecker.Progress?) {
    self.total = total
    self.progress = progress
  }

  /// Whether the check was ended from outside.
  var isEnded: Bool { state.withLock { $0.isEnded } }

  /// Adds to what is done.
  ///
  /// - Throws: an error, which nobody shows, when the check is to end.
  func advance(_ count: Int) throws(StoreError) {
    let done = state.withLock { state in
      state.done += count
      return state.done
    }
    if let progress, !progress(min(done, total), total) {
      state.withLock { $0.isEnded = true }
      throw .inconsistent(place: "check", reason: "ended")
    }
  }
}
