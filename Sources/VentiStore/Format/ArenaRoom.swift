/// Room in an arena for clumps.
struct ArenaRoom: Sendable {
  private(set) var clumpCount = 0
  /// Bytes of the clumps, headers included.
  private(set) var byteCount = 0

  mutating func add(storedSize: Int) {
    clumpCount += 1
    byteCount += ClumpHeader.byteCount + storedSize
  }

  mutating func remove(storedSize: Int) {
    clumpCount -= 1
    byteCount -= ClumpHeader.byteCount + storedSize
  }

  /// The room with that of one more clump.
  func adding(storedSize: Int) -> ArenaRoom {
    var room = self
    room.add(storedSize: storedSize)
    return room
  }
}
