internal import VentiCore

/// What is known of the clumps of an arena at some moment, apart from the index.
struct ArenaKnowledge: Sendable {
  /// The first clump in the table.
  private var start: ClumpPosition
  /// The clump after the last one in the table; those between do not change.
  private var end: ClumpPosition
  /// Nil when there is no room in memory: each search reads the arena then.
  private var table: ClumpTable?
  /// The clumps after `end`, which a server may still cut off and write over.
  private var uncounted = ClumpTable()
  /// Blocks before `start` for which the index has no room.
  private var leftOut: [BlockKey: ClumpTable.Place] = [:]

  /// Whether there are no clumps.
  private(set) var isEmpty = false
  /// Whether nothing of this can change.
  private(set) var isFinal = false
  /// Why clumps may have been missed, now or when the table was begun.
  private(set) var failure: StoreError?

  /// Looks at an arena.
  ///
  /// - Parameters:
  ///   - old: what was known of it before.
  ///   - leftOut: says what the index has beyond what the tail counts.
  init(
    of arena: Arena, scope: ArenaCatalog.Scope, after old: Self?, budget: TableBudget,
    leftOut: (ArenaTail) -> OverflowReader.LeftOut?
  ) {
    do throws(StoreError) {
      let tail = try arena.tail()
      let gaps = scope == .unindexed ? leftOut(tail) : nil
      let indexed = gaps?.end ?? ClumpPosition(after: tail.indexed)
      self =
        old?.trimmed(to: indexed, scope: scope, budget: budget)
        ?? Self(from: scope == .all ? .first : indexed)
      self.leftOut = gaps?.places ?? [:]
      add(arena, tail, budget: budget)
      isEmpty = tail.written.clumpCount == 0 && uncounted.count == 0
      isFinal = tail.indexed.isSealed
    } catch {
      // Without a tail the log itself must do, read anew by every search.
      if let table = old?.table { budget.giveBack(table.count) }
      self.init(from: .first)
      table = nil
      failure = error
    }
  }

  private init(from start: ClumpPosition) {
    self.start = start
    end = start
    table = ClumpTable()
  }

  /// Whether all clumps of a scope are known.
  func covers(_ scope: ArenaCatalog.Scope) -> Bool {
    scope == .unindexed || start == .first
  }

  /// Where a block may be, as far as that is in memory.
  func knownPlaces(for score: Score, _ type: BlockType) -> [ClumpTable.Place] {
    table?.places(for: score, type) ?? []
  }

  /// Where a block may be.
  func places(for score: Score, _ type: BlockType, in arena: Arena) -> [ClumpTable.Place] {
    let leftOut = leftOut[BlockKey(score, type)].map { [$0] } ?? []
    if let table {
      return leftOut + uncounted.places(for: score, type) + table.places(for: score, type)
    }
    guard let walk = try? arena.log(from: start) else { return leftOut }
    var found = ClumpTable()
    for case .success(let clump) in walk where clump.info.score == score { found.insert(clump) }
    return leftOut + found.places(for: score, type)
  }

  /// What is still of use for a scope, now that all before `indexed` is; nil when nothing is.
  private func trimmed(
    to indexed: ClumpPosition, scope: ArenaCatalog.Scope, budget: TableBudget
  ) -> Self? {
    let count = table?.count ?? 0
    guard var table, covers(scope),
      start == .first || (start.offset..<end.offset).contains(indexed.offset)
    else {
      budget.giveBack(count)
      return nil
    }
    var trimmed = self
    if start != .first, indexed != start {
      table.removeAll(before: indexed.offset)
      budget.giveBack(count - table.count)
      trimmed.start = indexed
      trimmed.table = table
    }
    return trimmed
  }

  /// Adds the clumps that the tail counts beyond `end`, and those after them.
  private mutating func add(_ arena: Arena, _ tail: ArenaTail, budget: TableBudget) {
    guard var table, budget.take(max(0, tail.written.clumpCount - end.number)) else {
      if let table { budget.giveBack(table.count) }
      table = nil
      return
    }
    let reserved = table.count + max(0, tail.written.clumpCount - end.number)
    uncounted = ClumpTable()
    var walk = ClumpWalk(arena, magic: tail.clumpMagic, counted: tail.written, from: end)
    while let result = walk.next() {
      switch result {
      case .success(let clump) where clump.position.number < tail.written.clumpCount:
        table.insert(clump)
      case .success(let clump): uncounted.insert(clump)
      case .failure(let error): failure = error
      }
    }
    table.settle()
    budget.giveBack(reserved - table.count)
    end = walk.endOfCounted
    self.table = table
  }
}
