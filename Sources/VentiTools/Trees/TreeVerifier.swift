internal import Posix
package import VentiCore

/// Reads every block that an archive needs, each once, many at a time.
///
/// The store checks blocks against their scores as they come in; what is left to check is that
/// they are there, and that those which name others can be understood.
package final class TreeVerifier: Sendable {
  /// What was found so far.
  package struct Report: Sendable, Equatable {
    /// Blocks that are good.
    package var blockCount = 0
    /// Bytes in them.
    package var byteCount = 0
    /// Blocks that are not.
    package var problemCount = 0

    /// Counts what was found.
    package init(blockCount: Int = 0, byteCount: Int = 0, problemCount: Int = 0) {
      self.blockCount = blockCount
      self.byteCount = byteCount
      self.problemCount = problemCount
    }
  }

  private struct State {
    /// Blocks to be read, those found last on top, so that few wait at a time.
    var waiting: [BlockAddress] = []
    var inFlight = 0
    var seen = VisitedNodes()
    var report = Report()
  }

  /// Blocks that are asked for at a time.
  private static let window = 128

  private let source: any BlockFetcher
  private let note: @Sendable (String) -> Void
  private let state = Monitor(State())

  /// Reads from `source`, and tells of bad blocks to `note`.
  package init(_ source: any BlockFetcher, note: @escaping @Sendable (String) -> Void) {
    self.source = source
    self.note = note
  }

  /// Verifies the archive below a block, which may be a root or any other.
  ///
  /// - Parameter progress: called now and then, on the caller's thread.
  package func run(_ top: BlockAddress, progress: (Report) -> Void = { _ in }) -> Report {
    state.withLock { Self.enter([top], &$0) }
    while let batch = nextBatch(progress: progress) {
      source.fetch(batch) { self.take($0, $1) }
    }
    let report = state.withLock { $0.report }
    progress(report)
    return report
  }

  /// Blocks to ask for; nil when all are done.
  private func nextBatch(progress: (Report) -> Void) -> [BlockAddress]? {
    while true {
      let batch = state.wait(until: .after(seconds: 0.2)) { state -> [BlockAddress]? in
        if state.waiting.isEmpty { return state.inFlight == 0 ? [] : nil }
        // Some at a time, so that one call asks for many.
        let room = Self.window - state.inFlight
        guard room >= Self.window / 4 || state.inFlight == 0 else { return nil }
        let batch = Array(state.waiting.suffix(room))
        state.waiting.removeLast(batch.count)
        state.inFlight += batch.count
        return batch
      }
      progress(state.withLock { $0.report })
      if let batch { return batch.isEmpty ? nil : batch }
    }
  }

  /// Takes a block that was asked for.
  private func take(_ address: BlockAddress, _ result: Result<Block, BlockError>) {
    var links: [BlockLinks.Link] = []
    var problem: String?
    var byteCount = 0
    switch result {
    case .failure(let error): problem = "\(error)"
    case .success(let block):
      byteCount = block.count
      do throws(FormatError) {
        links = try BlockLinks.links(in: block, address.type, withPrevious: false)
      } catch {
        problem = "block \(address.score)/\(address.type): \(error)"
      }
    }
    if let problem { note(problem) }
    state.update { state in
      state.inFlight -= 1
      state.report.blockCount += problem == nil ? 1 : 0
      state.report.byteCount += byteCount
      state.report.problemCount += problem == nil ? 0 : 1
      Self.enter(links.map(\.address), &state)
    }
  }

  private static func enter(_ addresses: [BlockAddress], _ state: inout State) {
    for address in addresses where state.seen.insert(address) {
      state.waiting.append(address)
    }
  }
}
