internal import VentiCore

/// Where the blocks of some clumps are, by the first eight bytes of their scores, and their types.
///
/// Sixteen bytes a clump. What is found must be checked: scores may have the same beginning.
struct ClumpTable: Sendable {
  /// The place of a clump in its arena.
  struct Place: Equatable, Sendable {
    /// Offset of the header in the data area.
    let offset: Int
    /// Bytes that hold the whole clump.
    let byteCountHint: Int
  }

  private struct Entry: Sendable {
    let prefix: UInt64
    /// Offset in the data area; below it 8 bits of type, and 8 of units as in an index entry.
    let packed: UInt64

    init(_ clump: Clump) {
      let unit = IndexEntry.unitByteCount
      let units = UInt64((clump.info.clumpByteCount + unit - 1) / unit)
      prefix = clump.info.score.words.0
      packed = UInt64(clump.position.offset) << 16 | UInt64(clump.info.typeValue) << 8 | units
    }

    var offset: Int { Int(packed >> 16) }
    var typeValue: UInt8 { UInt8(truncatingIfNeeded: packed >> 8) }
    var place: Place {
      Place(offset: offset, byteCountHint: Int(packed & 0xff) * IndexEntry.unitByteCount)
    }
  }

  /// New entries are searched one by one until there are so many, then sorted in.
  private static let recentLimit = 512

  private var sorted: [Entry] = []
  private var recent: [Entry] = []

  var count: Int { sorted.count + recent.count }

  mutating func insert(_ clump: Clump) {
    recent.append(Entry(clump))
  }

  /// Sorts new entries in, if there are many: to be called after some were inserted.
  mutating func settle() {
    guard recent.count > Self.recentLimit else { return }
    // Sorted on their own first, so that the second sort finds two runs and merges them.
    recent.sort { $0.prefix < $1.prefix }
    sorted.append(contentsOf: recent)
    sorted.sort { $0.prefix < $1.prefix }
    recent = []
  }

  /// Forgets the clumps before an offset.
  mutating func removeAll(before offset: Int) {
    sorted.removeAll { $0.offset < offset }
    recent.removeAll { $0.offset < offset }
  }

  /// The clumps of a type whose scores begin as `score` does.
  func places(for score: Score, _ type: BlockType) -> [Place] {
    let prefix = score.words.0
    let first = sorted.firstPosition { $0.prefix >= prefix }
    let found =
      sorted[first...].prefix { $0.prefix == prefix } + recent.filter { $0.prefix == prefix }
    return found.filter { $0.typeValue == type.wireValue }.map(\.place)
  }
}
