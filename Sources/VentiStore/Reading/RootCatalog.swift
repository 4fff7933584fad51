internal import Posix
public import VentiCore

/// The archives of a store: its root blocks, found in the directories of the arenas.
///
/// What has been found is kept, 340 bytes an archive, and each look reads on from where the last one
/// ended: 25 bytes a clump, and the clumps of roots, several arenas at a time.
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

  /// What a look came to.
  public struct Contents: Sendable {
    /// The archives, in the order in which they were written; one that was written more than once
    /// stands where it was first.
    public var archives: [Archive] = []
    /// Why archives may be missing.
    ///
    /// Blocks that are no roots, whatever their type, are none.
    public var problems: [StoreError] = []
  }

  private struct State: Sendable {
    var findings: [Findings]
    var isBusy = false
  }

  private let arenas: [Arena]
  private let state: Monitor<State>

  private static let threadCount = 4

  /// A catalog that has not looked yet.
  public init(of arenas: [Arena]) {
    self.arenas = arenas
    state = Monitor(State(findings: arenas.map { _ in Findings() }))
  }

  /// Looks for what is new, and returns all there is.
  public func look() -> Contents {
    // One looks and the rest wait, then go on where it ended. It waits for nothing but the disk, which
    // the rest would have to read themselves otherwise; and whatever the disk answers, its look ends.
    let known = state.wait { state -> [Findings]? in
      guard !state.isBusy else { return nil }
      state.isBusy = true
      return state.findings
    }
    let findings = arenas.concurrently(threads: Self.threadCount) { number, arena in
      (known?[number] ?? Findings()).lookingOn(at: arena)
    }
    state.update { state in
      state.findings = findings
      state.isBusy = false
    }
    var seen: Set<Score> = []
    return Contents(
      archives: findings.flatMap(\.archives).filter { seen.insert($0.score).inserted },
      problems: findings.flatMap(\.problems))
  }
}

/// What is known of the roots in an arena.
private struct Findings: Sendable {
  /// Where the next look begins.
  private var position = ClumpPosition.first
  private(set) var archives: [RootCatalog.Archive] = []
  private(set) var problems: [StoreError] = []

  /// Adds what is new.
  func lookingOn(at arena: Arena) -> Findings {
    var findings = self
    do throws(StoreError) {
      let tail = try arena.tail()
      guard position.number < tail.written.clumpCount else { return self }
      var walk = ClumpWalk(
        arena, magic: tail.clumpMagic, counted: tail.written, from: position)
      // Clumps that the tail does not count yet may still be written anew.
      while let result = walk.next(), walk.isWithinCounted(result) {
        findings.add(result, in: arena)
      }
      findings.position = walk.endOfCounted
      return findings
    } catch {
      return Findings(byHeadersOf: arena, because: error)
    }
  }

  init() {}

  /// Goes by the headers of clumps alone, each time from the start, where there is no tail.
  private init(byHeadersOf arena: Arena, because reason: StoreError) {
    problems = [reason]
    guard let walk = try? arena.log() else { return }
    for result in walk { add(result, in: arena) }
    position = .first
  }

  private mutating func add(_ result: ClumpWalk.Element, in arena: Arena) {
    do throws(StoreError) {
      let clump = try result.get()
      guard clump.info.typeValue == BlockType.root.wireValue else { return }
      let (header, block) = try arena.read(clump)
      guard let root = try? Root(parsing: block.bytes) else { return }
      archives.append(.init(score: clump.info.score, time: header.time, root: root))
    } catch {
      problems.append(error)
    }
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
