internal import VacArchive

/// The names in a directory, in `ArchiveOrder`: of a million files some forty megabytes.
package struct SortedNames {
  private struct Row {
    /// The first eight bytes of the name: decides most comparisons.
    let key: UInt64
    let start: Int
    /// Bytes of the name, below where it comes from, to whoever added it.
    private let numbers: UInt64

    init(_ name: [UInt8], start: Int, origin: Int) {
      key = SortedNames.key(of: name)
      self.start = start
      numbers = UInt64(origin) << 8 | UInt64(UInt8(clamping: name.count))
    }

    var count: Int { Int(numbers & 0xff) }
    var origin: Int { Int(numbers >> 8) }

    func name(in bytes: [UInt8]) -> [UInt8] { Array(bytes[start..<start + count]) }
  }

  private var rows: [Row] = []
  private var bytes: [UInt8] = []

  /// Names in the table.
  package var count: Int { rows.count }

  /// Adds a name of at most 255 bytes, more of which no file system has.
  ///
  /// - Parameter origin: comes back with the name, of 56 bits; of equal names, the one of the lesser
  ///   origin comes first.
  mutating func add(_ name: [UInt8], origin: Int = 0) {
    rows.append(Row(name, start: bytes.count, origin: origin))
    bytes.append(contentsOf: name.prefix(Int(UInt8.max)))
  }

  /// Adds all names of another table.
  mutating func add(_ others: SortedNames) {
    // Not twice in memory, where these are all.
    guard !rows.isEmpty else {
      self = others
      return
    }
    for place in 0..<others.count {
      let (name, origin) = others[place]
      add(name, origin: origin)
    }
  }

  /// Bytes of memory that the names take.
  var byteCount: Int { rows.count * MemoryLayout<Row>.stride + bytes.count }

  /// Brings the names into their order, and keeps those that come first: one at least, and of as many
  /// bytes at the most.
  ///
  /// - Returns: the last that is kept.
  mutating func keepFirst(byteCount limit: Int) -> [UInt8]? {
    sort()
    var kept = SortedNames()
    for position in rows.indices {
      let (name, origin) = self[position]
      kept.add(name, origin: origin)
      if kept.byteCount >= limit { break }
    }
    self = kept
    return count > 0 ? self[count - 1].name : nil
  }

  /// Brings the names into their order.
  package mutating func sort() {
    let bytes = bytes
    rows.sort { Self.isOrdered($0, $1, bytes) }
  }

  /// Whether a row stands before another one; arrays of the names would cost more than all else.
  private static func isOrdered(_ left: Row, _ right: Row, _ bytes: [UInt8]) -> Bool {
    guard left.key == right.key else { return left.key < right.key }
    for place in 0..<min(left.count, right.count) {
      let (leftByte, rightByte) = (bytes[left.start + place], bytes[right.start + place])
      if leftByte != rightByte { return leftByte < rightByte }
    }
    return left.count == right.count ? left.origin < right.origin : left.count > right.count
  }

  /// A name, and where it comes from.
  package subscript(position: Int) -> (name: [UInt8], origin: Int) {
    (rows[position].name(in: bytes), rows[position].origin)
  }

  /// The first place of a name in the table, which is sorted; nil where it is not there.
  func position(of name: [UInt8]) -> Int? {
    let key = Self.key(of: name)
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      let row = rows[middle]
      let isBefore =
        row.key == key
        ? ArchiveOrder.isOrdered(row.name(in: bytes), name) : row.key < key
      if isBefore { low = middle + 1 } else { high = middle }
    }
    return low < rows.count && rows[low].name(in: bytes) == name ? low : nil
  }

  /// The first eight bytes as a number that orders like them.
  ///
  /// The end of a name is greater than every byte: it counts as the greatest, and equal keys are
  /// looked at more closely.
  fileprivate static func key(of name: [UInt8]) -> UInt64 {
    var key: UInt64 = 0
    for place in 0..<8 { key = key << 8 | UInt64(place < name.count ? name[place] : 0xff) }
    return key
  }
}
