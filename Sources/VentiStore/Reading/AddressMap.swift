internal import VentiCore

/// The address space of the index: the data areas of all arenas, end to end.
struct AddressMap: Sendable {
  /// Where an address points.
  enum Place {
    /// Offset in the data area of an arena.
    case clump(Arena, offset: Int)
    /// In an arena that cannot be used.
    case missing(arena: String)
    /// In no arena.
    case nowhere
  }

  private let entries: [NamedRange]
  private let arenas: [Arena?]

  /// What is wrong with arenas that the table of the index names.
  let problems: [StoreError]

  /// Lays out the arenas of a table.
  init(_ table: IndexTable, arenas: [Arena]) {
    var problems: [StoreError] = []
    let byName = Dictionary(arenas.map { ($0.name, $0) }) { first, second in
      problems.append(
        second.inconsistent("is there twice, in \(first.partition.name) as well"))
      return first
    }
    entries = table.arenas
    self.arenas = table.arenas.map { entry in
      guard let arena = byName[entry.name], arena.geometry.size == entry.range.count else {
        problems.append(
          .inconsistent(
            place: "index \(quoted(table.name))",
            reason: "no arena \(quoted(entry.name)) of \(entry.range.count) bytes is there"))
        return nil
      }
      return arena
    }
    self.problems = problems
  }

  /// The arenas that are there, in the order in which they are filled.
  var arenasInOrder: [Arena] { arenas.compactMap { $0 } }

  /// The arenas that are there, with their addresses, in the same order.
  var slots: [ArenaSlot] {
    zip(arenas, entries).compactMap { arena, line in
      arena.map { ArenaSlot(arena: $0, address: line.range.lowerBound) }
    }
  }

  /// What the index is to say of the clump at an address; nil when there is none.
  ///
  /// - Parameter magic: what the clump begins with; nil when that may be anything.
  func entry(at address: UInt64, magic: UInt32? = nil) -> IndexEntry? {
    guard case .clump(let arena, let offset) = place(of: address),
      let block = try? arena.data(ClumpHeader.byteCount, at: offset),
      let header = try? ClumpHeader(parsing: block.bytes), header.info.type != nil,
      header.magic == magic ?? header.magic
    else { return nil }
    return IndexEntry(of: header.info, address: address)
  }

  /// Whether the clump is there that an entry points to.
  func hasClump(at entry: IndexEntry) -> Bool {
    guard case .clump(let arena, let offset) = place(of: entry.address) else { return false }
    return arena.hasHeader(of: BlockKey(entry), at: offset)
  }

  /// Where an address points.
  func place(of address: UInt64) -> Place {
    guard let (number, offset) = arena(at: address) else { return .nowhere }
    guard let arena = arenas[number] else { return .missing(arena: entries[number].name) }
    return .clump(arena, offset: offset)
  }

  /// The number in the table of the arena that has an address, and the offset in its data area.
  func arena(at address: UInt64) -> (number: Int, offset: Int)? {
    guard let address = Int(exactly: address) else { return nil }
    let number = entries.firstPosition { address < $0.range.upperBound }
    guard number < entries.count, entries[number].range.contains(address) else { return nil }
    return (number, address - entries[number].range.lowerBound)
  }
}
