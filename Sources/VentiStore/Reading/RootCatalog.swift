internal import Posix
public import VentiCore

/// The archives of a store: its root blocks, found in the directories of the arenas.
///
/// What has been found is kept, 340 bytes an archive, and each look reads on from where the last one
/// ended: 25 bytes a clump, and the clumps of roots.
public final class RootCatalog: Sendable {
  /// An archive.
  public struct Archive: Sendable, Equatable {
    /// The score of the root.
    public let score: Score
    /// When the root was written, in seconds since 1970.
    public let time: UInt32
    /// The root.
    public let root: Root
  }

  /// What is known of an arena.
  private struct Findings: Sendable {
    /// Where the next look begins.
    var position = ClumpPosition.first
    var archives: [Archive] = []
  }

  private struct State: Sendable {
    var findings: [Findings]
    var isBusy = false
  }

  private let arenas: [Arena]
  private let state: Monitor<State>

  /// A catalog that has not looked yet.
  public init(of arenas: [Arena]) {
    self.arenas = arenas
    state = Monitor(State(findings: arenas.map { _ in Findings() }))
  }

  /// Looks for what is new, and returns all archives in the order in which they were written.
  ///
  /// A root that was written more than once is listed once, where it was first. Blocks that are no
  /// roots, or are damaged, are left out.
  ///
  /// - Throws: `StoreError` when an arena cannot be read at all.
  public func archives() throws(StoreError) -> [Archive] {
    // One looks and the rest wait, then go on where it ended.
    let known = state.wait { state -> [Findings]? in
      guard !state.isBusy else { return nil }
      state.isBusy = true
      return state.findings
    }
    var findings = known ?? []
    defer {
      state.update { [findings] state in
        state.findings = findings
        state.isBusy = false
      }
    }
    for (number, arena) in arenas.enumerated() { try look(at: arena, &findings[number]) }
    var seen: Set<Score> = []
    return findings.flatMap(\.archives).filter { seen.insert($0.score).inserted }
  }

  private func look(at arena: Arena, _ findings: inout Findings) throws(StoreError) {
    let tail = try arena.tail()
    guard findings.position.number < tail.written.clumpCount else { return }
    var walk = ClumpWalk(
      arena, magic: tail.clumpMagic, counted: tail.written, from: findings.position)
    // Clumps that the tail does not count yet may still be written anew.
    while let result = walk.next(), walk.isWithinCounted(result) {
      guard case .success(let clump) = result,
        clump.info.typeValue == BlockType.root.wireValue, let archive = archive(clump, in: arena)
      else { continue }
      findings.archives.append(archive)
    }
    findings.position = walk.endOfCounted
  }

  private func archive(_ clump: Clump, in arena: Arena) -> Archive? {
    guard
      let stored = try? arena.clump(at: clump.position.offset, hint: clump.info.clumpByteCount),
      let block = try? stored.block(), block.score == clump.info.score,
      let root = try? Root(parsing: block.bytes)
    else { return nil }
    return Archive(score: clump.info.score, time: stored.header.time, root: root)
  }
}

extension ClumpWalk {
  /// Whether what has been returned is counted by the tail.
  fileprivate func isWithinCounted(_ result: Element) -> Bool {
    switch result {
    case .success(let clump): clump.position.offset < endOfCounted.offset
    case .failure: true
    }
  }
}
