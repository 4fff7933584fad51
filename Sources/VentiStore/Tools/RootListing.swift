internal import Posix
package import VentiCore

/// The archives of a store: its root blocks, found in the directories of the arenas.
package struct RootListing: Sendable {
  /// An archive.
  package struct Archive: Sendable, Equatable {
    /// The score of the root.
    package let score: Score
    /// When the root was written, in seconds since 1970.
    package let time: UInt32
    /// The root; nil when the block cannot be read, or is none.
    package let root: Root?
  }

  /// The archives, in the order in which they were written.
  package let archives: [Archive]
  /// Why archives may be missing.
  package let problems: [StoreError]

  /// Looks through the directories of arenas.
  ///
  /// Reads 25 bytes a clump, and the clumps of roots. A root that was written more than once is
  /// listed once, where it was first.
  package init(of arenas: [Arena]) {
    let perArena = Self.inParallel(arenas) { Self.roots(of: $0) }
    var seen: Set<Score> = []
    archives = perArena.flatMap(\.archives).filter { seen.insert($0.score).inserted }
    problems = perArena.flatMap(\.problems)
  }

  private typealias Found = (archives: [Archive], problems: [StoreError])

  private static let threadCount = 4

  private static func roots(of arena: Arena) -> Found {
    var found: Found = ([], [])
    do throws(StoreError) {
      for result in try arena.log() {
        switch result {
        case .failure(let error): found.problems.append(error)
        case .success(let clump) where clump.info.typeValue == BlockType.root.wireValue:
          found.archives.append(archive(clump, in: arena, &found.problems))
        case .success: break
        }
      }
    } catch {
      found.problems.append(error)
    }
    return found
  }

  private static func archive(
    _ clump: Clump, in arena: Arena, _ problems: inout [StoreError]
  ) -> Archive {
    do throws(StoreError) {
      let (header, block) = try arena.read(clump)
      let root = try? Root(parsing: block.bytes)
      return Archive(score: clump.info.score, time: header.time, root: root)
    } catch {
      problems.append(error)
      return Archive(score: clump.info.score, time: 0, root: nil)
    }
  }

  /// Works on several arenas at a time, and returns the results in the order of the arenas.
  private static func inParallel(
    _ arenas: [Arena], _ work: @escaping @Sendable (Arena) -> Found
  ) -> [Found] {
    struct State: Sendable {
      var next = 0
      var running = 0
      var results: [Int: Found] = [:]
    }
    let state = Monitor(State())
    let loop = { @Sendable in
      while let number = state.withLock({ state -> Int? in
        guard state.next < arenas.count else { return nil }
        state.next += 1
        return state.next - 1
      }) {
        let found = work(arenas[number])
        state.withLock { $0.results[number] = found }
      }
      state.update { $0.running -= 1 }
    }
    for _ in 0..<min(threadCount, arenas.count) {
      state.withLock { $0.running += 1 }
      if !Thread.start("venti roots", loop) { loop() }
    }
    _ = state.wait { $0.running == 0 ? () : nil }
    return state.withLock { state in arenas.indices.compactMap { state.results[$0] } }
  }
}
