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
    var places: [ClumpTable.Place]
    /// Whether the arena has no clumps at all.
    var isEmpty: Bool
    /// Why clumps may have been missed.
    var failure: StoreError?
  }

  private struct State: Sendable {
    var knowledge: ArenaKnowledge?
    var isBusy = false
    /// How often the arena has been looked at.
    var looks = 0
  }

  private enum Turn {
    /// The arena was looked at after the caller asked.
    case known(ArenaKnowledge)
    /// The caller has to look, and knows this already.
    case look(ArenaKnowledge?)
  }

  let arena: Arena
  private let budget: TableBudget
  private let leftOut: @Sendable (ArenaTail) -> OverflowReader.LeftOut?
  private let state = Monitor(State())

  /// - Parameter leftOut: says what the index has of the arena beyond what its tail counts.
  init(
    _ arena: Arena, budget: TableBudget,
    leftOut: @escaping @Sendable (ArenaTail) -> OverflowReader.LeftOut? = { _ in nil }
  ) {
    self.arena = arena
    self.budget = budget
    self.leftOut = leftOut
  }

  /// Whether the arena had no clumps when it was last looked at.
  var wasEmpty: Bool { state.withLock { $0.knowledge?.isEmpty ?? false } }

  /// Looks for a block among the clumps that are on disk now.
  func find(_ score: Score, _ type: BlockType, in scope: Scope) -> Finding {
    let knowledge = knowledge(of: scope)
    return Finding(
      places: knowledge.places(for: score, type, in: arena), isEmpty: knowledge.isEmpty,
      failure: knowledge.failure)
  }

  /// Where a block may be by what was read of the arena before, which costs no look at the disk.
  func knownPlaces(for score: Score, _ type: BlockType) -> [ClumpTable.Place] {
    state.withLock { $0.knowledge }?.knownPlaces(for: score, type) ?? []
  }

  private func knowledge(of scope: Scope) -> ArenaKnowledge {
    // A look that is under way may have passed what the caller wants: it takes the next one.
    let needed = state.withLock { $0.looks + ($0.isBusy ? 2 : 1) }
    // No deadline: who looks waits for nothing but the disk, which the others would have to read themselves
    // otherwise, and its look ends whatever the disk answers. After two looks the caller has what it needs.
    while true {
      let turn = state.wait { Self.turn(for: scope, after: needed, in: &$0) }
      switch turn {
      case .known(let knowledge):
        return knowledge
      case .look(let old):
        let new = ArenaKnowledge(
          of: arena, scope: scope, after: old, budget: budget, leftOut: leftOut)
        state.update { state in
          state.knowledge = new
          state.isBusy = false
          state.looks += 1
        }
        return new
      case nil:
        continue
      }
    }
  }

  /// Whose turn it is; nil while another thread looks.
  private static func turn(for scope: Scope, after needed: Int, in state: inout State) -> Turn? {
    if let knowledge = state.knowledge, knowledge.covers(scope),
      knowledge.isFinal || state.looks >= needed
    {
      return .known(knowledge)
    }
    if state.isBusy { return nil }
    state.isBusy = true
    return .look(state.knowledge)
  }
}
