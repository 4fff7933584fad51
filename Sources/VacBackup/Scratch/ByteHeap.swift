/// Bytes that are added one after the other, and read at any place: in a temporary file once they are
/// many.
package struct ByteHeap {
  private let scratch: Scratch
  private var file: ScratchFile?
  private var fileByteCount = 0
  /// What comes after those in the file.
  private var tail: [UInt8] = []
  /// The first place: that of what was forgotten is never given again.
  package private(set) var start = 0

  package init(_ scratch: Scratch) {
    self.scratch = scratch
  }

  /// The place of what is added next.
  package var end: Int { start + fileByteCount + tail.count }

  /// Adds bytes.
  ///
  /// - Returns: their place.
  package mutating func append(_ bytes: [UInt8]) throws(ScratchError) -> Int {
    let place = end
    tail += bytes
    if tail.count > scratch.endLimit {
      let file = try scratch.file(file)
      self.file = file
      try file.write(tail[...], at: fileByteCount)
      fileByteCount += tail.count
      tail.removeAll()
    }
    return place
  }

  /// Puts bytes in the place of as many that were added.
  package mutating func set(_ bytes: [UInt8], at place: Int) throws(ScratchError) {
    let offset = place - start
    let inFile = max(0, min(bytes.count, fileByteCount - offset))
    if inFile > 0, let file { try file.write(bytes.prefix(inFile), at: offset) }
    let first = max(0, offset - fileByteCount)
    tail.replaceSubrange(first..<first + bytes.count - inFile, with: bytes.dropFirst(inFile))
  }

  /// Bytes that were added.
  package func bytes(_ count: Int, at place: Int) throws(ScratchError) -> [UInt8] {
    let offset = place - start
    // Nearly always, all is in memory.
    if offset >= fileByteCount {
      return Array(tail.dropFirst(offset - fileByteCount).prefix(count))
    }
    let inFile = max(0, min(count, fileByteCount - offset))
    var head: [UInt8] = []
    if inFile > 0, let file { head = try file.read(inFile, at: offset) }
    return head + tail.dropFirst(max(0, offset - fileByteCount)).prefix(count - inFile)
  }

  /// Forgets what was added at a place and after it.
  package mutating func cut(to place: Int) {
    let offset = place - start
    tail.removeLast(tail.count - max(0, offset - fileByteCount))
    fileByteCount = min(fileByteCount, offset)
  }

  /// Forgets all that was added.
  package mutating func removeAll() {
    start = end
    (file, fileByteCount, tail) = (nil, 0, [])
  }
}
