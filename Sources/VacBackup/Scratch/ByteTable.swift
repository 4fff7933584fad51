/// Values by keys, all of them of so many bytes: in a temporary file once they are many.
///
/// A table of rows, in which a key is looked for from the place on that its hash names.
package struct ByteTable {
  private enum Mark {
    static let free: UInt8 = 0
    static let used: UInt8 = 1
    /// A row that was used: who looks for a key goes on behind it.
    static let removed: UInt8 = 2
  }

  private static let leastRowCount = 1 << 4

  private let scratch: Scratch
  private let keyCount: Int
  private let valueCount: Int
  private var rows: ByteRows
  /// Keys in the table.
  package private(set) var count = 0
  /// Rows that are not free.
  private var takenCount = 0

  package init(keyCount: Int, valueCount: Int, _ scratch: Scratch) {
    self.scratch = scratch
    self.keyCount = keyCount
    self.valueCount = valueCount
    rows = ByteRows(count: Self.leastRowCount, width: 1 + keyCount + valueCount)
  }

  /// The value of a key.
  package func value(for key: [UInt8]) throws(ScratchError) -> [UInt8]? {
    let (row, isThere) = try find(key)
    return isThere ? try Array(rows.row(row).dropFirst(1 + keyCount)) : nil
  }

  /// Gives a key a value, in the place of one it may have.
  package mutating func set(_ value: [UInt8], for key: [UInt8]) throws(ScratchError) {
    let (row, isThere) = try find(key)
    try set(value, for: key, at: row, isNew: !isThere)
  }

  /// Gives a key a value, unless it has one.
  ///
  /// - Returns: the value that it has.
  package mutating func insert(
    _ value: [UInt8], for key: [UInt8]
  ) throws(ScratchError) -> [UInt8]? {
    let (row, isThere) = try find(key)
    if isThere { return try Array(rows.row(row).dropFirst(1 + keyCount)) }
    try set(value, for: key, at: row, isNew: true)
    return nil
  }

  private mutating func set(
    _ value: [UInt8], for key: [UInt8], at row: Int, isNew: Bool
  ) throws(ScratchError) {
    precondition(key.count == keyCount && value.count == valueCount)
    try rows.set([Mark.used] + key + value, at: row)
    guard isNew else { return }
    count += 1
    takenCount += 1
    if takenCount > rows.count / 4 * 3 { try rebuild() }
  }

  /// Forgets a key.
  package mutating func remove(_ key: [UInt8]) throws(ScratchError) {
    let (row, isThere) = try find(key)
    guard isThere else { return }
    try rows.set([Mark.removed] + [UInt8](repeating: 0, count: keyCount + valueCount), at: row)
    count -= 1
  }

  /// The row of a key, or the free one that would be its own.
  private func find(_ key: [UInt8]) throws(ScratchError) -> (row: Int, isThere: Bool) {
    var row = key.hashValue & (rows.count - 1)
    while true {
      let found = try rows.row(row)
      switch found.first {
      case Mark.free: return (row, false)
      case Mark.used where found.dropFirst().prefix(keyCount).elementsEqual(key): return (row, true)
      default: row = (row + 1) & (rows.count - 1)
      }
    }
  }

  /// Moves all to a table with room for as many again.
  private mutating func rebuild() throws(ScratchError) {
    let old = rows
    var rowCount = Self.leastRowCount
    while rowCount < count * 3 { rowCount *= 2 }
    rows = try ByteRows(count: rowCount, width: old.width, scratch)
    takenCount = count
    for row in 0..<old.count {
      let bytes = try old.row(row)
      guard bytes.first == Mark.used else { continue }
      try rows.set(Array(bytes), at: find(Array(bytes.dropFirst().prefix(keyCount))).row)
    }
  }
}

/// Rows of bytes, zeros at first, in memory or in a temporary file.
private struct ByteRows {
  private(set) var count: Int
  let width: Int
  private var bytes: [UInt8]
  private var file: ScratchFile?

  init(count: Int, width: Int) {
    self.count = count
    self.width = width
    bytes = Array(repeating: 0, count: count * width)
  }

  /// Where so many would take too much memory, they are in a file from the beginning.
  init(count: Int, width: Int, _ scratch: Scratch) throws(ScratchError) {
    let isInMemory = count * width <= scratch.memoryLimit
    self.init(count: isInMemory ? count : 0, width: width)
    guard !isInMemory else { return }
    file = try scratch.file(nil)
    self.count = count
  }

  func row(_ number: Int) throws(ScratchError) -> ArraySlice<UInt8> {
    let start = number * width
    guard let file else { return bytes[start..<start + width] }
    return try file.read(width, at: start)[...]
  }

  mutating func set(_ row: [UInt8], at number: Int) throws(ScratchError) {
    let start = number * width
    guard let file else { return bytes.replaceSubrange(start..<start + width, with: row) }
    try file.write(row[...], at: start)
  }
}
