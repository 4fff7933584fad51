internal import Posix
internal import VentiCore

/// Finds blocks in one arena without the index.
///
/// What it reads of the arena's directory it keeps in a table, and adds to it when it is asked
/// again: a server may have written more. However many ask at once, one reads and the rest wait.
final class ArenaCatalog: Sendable {
  /// Which clumps are meant.
  enum Scope {
    /// Those that the tail does not count as indexed.
    case unindexed
    /// All of them.
    case all
  }

  /// What a search came to.
  struct Finding {
    /// Where the block may be.
    var places: [ClumpTable.Place] = []
    /// Whether the arena has no clumps at all.
    var isEmpty = false
    /// Why clumps may have been missed.
    var failure: StoreError?
  }

  /// What is known of the arena.
  private struct Knowledge: Sendable {
    /// The table has the clumps from here ...
    var start: ClumpPosition
    /// ... to here; they do not change.
    var end: ClumpPosition
    /// Nil when there is no room for it in memory.
    var table: ClumpTable? = ClumpTable()
    /// Clumps after `end`, which a server may still cut off and write over.
    var uncounted = ClumpTable()
    /// Whether there are no clumps.
    var isEmpty = false
    /// Whether nothing of this can change.
    var isFinal = false
    var failure: StoreError?
  }

  private struct State: Sendable {
    var knowledge: Knowledge?
    var isBusy = false
    /// How often the arena has been looked at.
    var looks = 0
  }

  private enum Turn {
    /// The arena was looked at after the caller asked.
    case done(Knowledge?)
    /// The caller has to look.
    case mine(Knowledge?)
  }

  let arena: Arena
  private let budget: TableBudget
  private let state = Monitor(State())

  init(_ arena: Arena, budget: TableBudget) {
    self.arena = arena
    self.budget = budget
  }

  /// Whether the arena had no clumps when it was last looked at.
  var wasEmpty: Bool { state.withLock { $0.knowledge?.isEmpty ?? false } }

  /// Looks for a block among the clumps that are on disk now.
  func find(_ score: Score, in scope: Scope) -> Finding {
    let knowledge = knowledge(of: scope)
    var finding = Finding(isEmpty: knowledge.isEmpty, failure: knowledge.failure)
    finding.places = knowledge.uncounted.places(for: score)
    if let table = knowledge.table {
      finding.places += table.places(for: score)
    } else {
      finding.places += search(for: score, from: knowledge.start)
    }
    return finding
  }

  private func knowledge(of scope: Scope) -> Knowledge {
    let needed = state.withLock { $0.looks + ($0.isBusy ? 2 : 1) }
    while true {
      let turn = state.wait { state -> Turn? in
        let isKnown = state.looks >= needed || state.knowledge?.isFinal == true
        if isKnown, state.knowledge.map({ $0.covers(scope) }) ?? false {
          return .done(state.knowledge)
        }
        if state.isBusy { return nil }
        state.isBusy = true
        return .mine(state.knowledge)
      }
      switch turn {
      case .done(.some(let knowledge)):
        return knowledge
      case .mine(let old):
        let new = look(scope, after: old)
        state.update { state in
          state.knowledge = new
          state.isBusy = false
          state.looks += 1
        }
        return new
      case .done(.none), .none:
        continue
      }
    }
  }
}
