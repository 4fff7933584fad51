internal import VentiCore

/// The search for one block: follows the places where it may be, until one holds it.
///
/// Only the score says whether it does. A wrong type, size or magic number on the way does not
/// keep the block from its reader when the data is right, and data that is wrong is never
/// returned, whatever leads to it.
struct BlockSearch {
  let address: BlockAddress

  /// What is wrong with the first clump that should have held the block, but does not.
  private(set) var damage: StoreError?

  /// Why the index, or the directory of an arena, may know less than it should.
  private(set) var gap: StoreError?

  /// Foresees where the log goes on; nil to read each clump on its own.
  private let log: LogFollower?

  init(_ address: BlockAddress, following log: LogFollower? = nil) {
    self.address = address
    self.log = log
  }

  /// Whether something was wrong on the way, so that looking elsewhere may help.
  var isAstray: Bool { damage != nil || gap != nil }

  /// Why the block was not found.
  var error: BlockError {
    guard let reason = damage ?? gap else { return .notFound(address.score, address.type) }
    return .damaged(address.score, address.type, reason: "\(reason)")
  }

  /// Notes that the block may be in a place that cannot be looked at.
  mutating func note(gap: StoreError) {
    if self.gap == nil { self.gap = gap }
  }

  /// Forgets gaps: everything was looked at in another way.
  mutating func closeGaps() {
    gap = nil
  }

  private mutating func note(damage: StoreError) {
    if self.damage == nil { self.damage = damage }
  }

  /// Reads the block from the clumps that index entries point to.
  mutating func read(_ entries: [IndexEntry], through map: AddressMap) -> Block? {
    for entry in entries {
      switch map.place(of: entry.address) {
      case .clump(let arena, let offset):
        // A plain clump takes exactly the block's size after the header; a compressed one less.
        let hint = min(
          Int(entry.unitCount) * IndexEntry.unitByteCount, ClumpHeader.byteCount + entry.size)
        if let block = read(arena, at: offset, hint: hint) { return block }
      case .missing(let name):
        note(damage: .inconsistent(place: "arena \(quoted(name))", reason: "is not there"))
      case .nowhere:
        note(
          damage: .inconsistent(
            place: "index", reason: "entry points to \(entry.address), in no arena"))
      }
    }
    return nil
  }

  /// Reads the block from a clump, if it is there.
  ///
  /// - Parameter isGuess: whether the clump may well be that of another block.
  mutating func read(_ arena: Arena, at offset: Int, hint: Int, isGuess: Bool = false) -> Block? {
    if let block = log?.read(address, in: arena, at: offset, hint: hint) { return block }
    do throws(StoreError) {
      let clump = try arena.clump(at: offset, hint: hint)
      if isGuess, clump.header.info.score != address.score { return nil }
      let block = try arena.block(of: clump, at: offset)
      if block.score == address.score { return block }
      note(
        damage: arena.inconsistent("clump \(offset): data does not match score \(address.score)"))
    } catch {
      note(damage: error)
    }
    return nil
  }
}

extension Arena {
  /// The block in a clump, not checked against its score.
  fileprivate func block(of clump: StoredClump, at offset: Int) throws(StoreError) -> Block {
    do throws(FormatError) {
      return try clump.block()
    } catch {
      throw .malformed(place: "arena \(quoted(name)) clump \(offset)", error)
    }
  }
}
