internal import VentiCore

/// What a directory keeps of a file: fixed in size, its texts elsewhere.
struct DirectoryRow {
  /// The first eight bytes of the name: decides most comparisons.
  var key: UInt64
  var nameStart: UInt32
  var nameCount: UInt8
  var kind: FileKind
  /// Unix permissions, and above them the two bits below.
  var traits: UInt16
  var owner: UInt32
  var group: UInt32
  var modified: UInt32
  var changed: UInt32
  var accessed: UInt32
  var slot: UInt32
  var generation: UInt32
  var metadataSlot: UInt32
  var metadataGeneration: UInt32
  /// Where the Unix metadata is; `unixCount` is 0 when there is none.
  var unixStart: UInt32
  var unixCount: UInt16
  var isLinked: Bool
  var hasOwnSpace: Bool
  var qid: UInt64
  var number: UInt64 = 0

  static let appendOnly: UInt16 = 1 << 14
  static let exclusive: UInt16 = 1 << 15
  static let permissions: UInt16 = 0o7777

  /// Bytes of the whole record, where it is kept around its name; else 0.
  var recordCount: UInt16 = 0

  var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }

  /// What is kept among the names: the whole record, or only its name.
  var textRange: Range<Int> {
    guard recordCount > 0 else { return nameRange }
    let start = Int(nameStart) - RecordFields.nameOffset
    return start..<start + Int(recordCount)
  }

  /// The first eight bytes of a name as a number that orders like them; zeros after its end.
  ///
  /// Names have no zeros, so that the end sorts before every byte.
  static func key(of name: some Sequence<UInt8>) -> UInt64 {
    var key: UInt64 = 0
    var shift: UInt64 = 64
    for byte in name {
      shift -= 8
      key |= UInt64(byte) << shift
      if shift == 0 { break }
    }
    return key
  }

  /// The places of rows that are sorted by name, in `ArchiveOrder`.
  ///
  /// A name comes after those that begin with it, not before: as in a tree of names whose nodes are
  /// visited after what is below them.
  static func archiveOrder(of rows: [DirectoryRow], _ names: [UInt8]) -> [Int] {
    var order: [Int] = []
    order.reserveCapacity(rows.count)
    var above: [Int] = []
    for place in rows.indices {
      while let last = above.last, !rows[last].begins(rows[place], names) {
        order.append(last)
        above.removeLast()
      }
      above.append(place)
    }
    return order + above.reversed()
  }

  /// Whether the name of another row begins with this one's.
  private func begins(_ other: DirectoryRow, _ names: [UInt8]) -> Bool {
    guard nameCount <= other.nameCount else { return false }
    guard nameCount > 8 else { return (key ^ other.key) >> (64 - 8 * UInt64(nameCount)) == 0 }
    return key == other.key
      && names[other.nameRange].dropFirst(8).starts(with: names[nameRange].dropFirst(8))
  }
}

/// Texts of which many are the same: each is kept once.
struct InternedTexts {
  private(set) var texts: [[UInt8]] = []
  private var numbers: [[UInt8]: UInt32] = [:]
  private var last: UInt32 = 0

  /// The number of a text.
  mutating func number(of text: ArraySlice<UInt8>) -> UInt32 {
    // Most files have the owner of the file before.
    if last < texts.count, texts[Int(last)][...].hasSameBytes(as: text) { return last }
    let text = Array(text)
    if let number = numbers[text] {
      last = number
    } else {
      last = UInt32(texts.count)
      numbers[text] = last
      texts.append(text)
    }
    return last
  }
}
