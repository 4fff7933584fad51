/// Somebody's way through the log, by which the next clumps that are asked for can be foreseen.
struct LogTrail: Sendable {
  /// Bytes of the first window of a trail.
  ///
  /// Each is twice as long as the one before, up to `windowByteLimit`: who reads here and there
  /// makes no long ones.
  static let firstWindowByteCount = 32 << 10
  /// The most bytes of a window.
  static let windowByteLimit = 128 << 10

  /// Which trail it is.
  let number: Int
  /// The name of the arena.
  let arena: String
  /// Where in its data area the next window begins, which is where a clump does.
  private(set) var start: Int
  /// Where a clump must be to go on with the trail: not the one with which it began, over again.
  private var expected: Range<Int>
  /// Bytes of the next window.
  private(set) var byteCount = firstWindowByteCount
  /// The number of the last window; nil when there was none yet.
  private(set) var window: Int?
  /// Whether a thread is reading a window: others need not.
  var isBusy = false

  /// A trail that begins with a clump.
  init(_ number: Int, at offset: Int, in arena: String) {
    self.number = number
    self.arena = arena
    start = offset
    expected = offset + 1..<offset + byteCount
  }

  /// Whether a clump goes on with the trail.
  func leads(to offset: Int, in arena: Arena) -> Bool {
    expected.contains(offset) && self.arena == arena.name
  }

  /// Whether the trail goes on with a clump, or has just begun with it.
  func isAt(_ offset: Int, in arena: Arena) -> Bool {
    start == offset && self.arena == arena.name
  }

  /// Goes on after a window.
  mutating func advance(past window: LogWindow, number: Int) {
    self.window = number
    byteCount = min(2 * byteCount, Self.windowByteLimit)
    start += window.byteCount
    expected = start..<start + byteCount
  }
}
