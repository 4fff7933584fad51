internal import VentiCore

/// Names of which one after the other is removed.
struct RemainingNames {
  private var all: SortedNames
  private var isRemoved: [Bool]
  private var count: Int

  init(_ names: SortedNames) {
    var sorted = names
    sorted.sort()
    all = sorted
    isRemoved = Array(repeating: false, count: sorted.count)
    count = sorted.count
  }

  /// Bytes of memory that they take.
  var byteCount: Int { all.byteCount + isRemoved.count }

  /// Removes a name, if it is there.
  mutating func remove(_ name: [UInt8]) {
    guard let position = all.position(of: name), !isRemoved[position] else { return }
    isRemoved[position] = true
    count -= 1
    // There may be many directories whose last name is the one that leads on.
    if count == 0 { (all, isRemoved) = (SortedNames(), []) }
  }

  /// What is left.
  var names: some Sequence<[UInt8]> {
    isRemoved.indices.lazy.filter { !isRemoved[$0] }.map { all[$0].name }
  }
}

// In a tree that is very deep, those far above are in a temporary file.
extension RemainingNames {
  init(parsing bytes: [UInt8]) throws(FormatError) {
    var reader = ByteReader(Block(bytes).bytes, of: "directory")
    var names = SortedNames()
    for _ in 0..<(try reader.uint64()) { names.add(try reader.array(Int(reader.uint8()))) }
    self.init(names)
  }

  /// What is left, as bytes.
  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 8)
    writer.uint64(UInt64(count))
    for name in names {
      writer.uint8(UInt8(clamping: name.count))
      writer.raw(name)
    }
    return writer.bytes
  }
}
