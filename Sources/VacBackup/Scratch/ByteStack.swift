internal import VentiCore

/// Records of bytes, the last of which is taken first: those at the top in memory, the others in a
/// temporary file once they are many.
package struct ByteStack {
  private static let lengthByteCount = 4

  private let scratch: Scratch
  private var file: ScratchFile?
  /// Bytes in the file, below those in memory.
  private var fileByteCount = 0
  /// Each record has its length after it.
  private var top: [UInt8] = []
  /// Records on the stack.
  package private(set) var count = 0

  package init(_ scratch: Scratch) {
    self.scratch = scratch
  }

  package mutating func push(_ record: [UInt8]) throws(ScratchError) {
    var length = ByteWriter(capacity: Self.lengthByteCount)
    length.uint32(UInt32(record.count))
    top += record
    top += length.bytes
    count += 1
    if top.count > scratch.endLimit { try putAway(top.count - scratch.endLimit / 2) }
  }

  /// Takes the last record; nil where there is none.
  package mutating func pop() throws(ScratchError) -> [UInt8]? {
    guard count > 0 else { return nil }
    let length = try take(Self.lengthByteCount).reduce(0) { $0 << 8 | Int($1) }
    count -= 1
    return try take(length)
  }

  private mutating func take(_ wanted: Int) throws(ScratchError) -> [UInt8] {
    if top.count < wanted { try fetch(wanted - top.count) }
    defer { top.removeLast(wanted) }
    return Array(top.suffix(wanted))
  }

  /// Moves the lowest bytes in memory to the file.
  private mutating func putAway(_ byteCount: Int) throws(ScratchError) {
    let file = try scratch.file(file)
    self.file = file
    try file.write(top.prefix(byteCount), at: fileByteCount)
    fileByteCount += byteCount
    top.removeFirst(byteCount)
  }

  /// Moves the last bytes of the file to memory: at least so many, and what else is likely to follow.
  private mutating func fetch(_ needed: Int) throws(ScratchError) {
    guard let file else { return }
    let byteCount = min(fileByteCount, max(needed, scratch.endLimit / 2))
    top = try file.read(byteCount, at: fileByteCount - byteCount) + top
    fileByteCount -= byteCount
  }
}
