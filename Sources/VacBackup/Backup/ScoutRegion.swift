internal import Posix

/// Names in a directory that a walk is in, for scouts: those that come next.
struct ScoutRegion: Sendable {
  /// Names that the scouts are ahead of the walk at most.
  static let lead = 256

  let directory: TreeDirectory
  let handle: DirectoryHandle
  let names: SortedNames
  /// The file system to stay on; nil where there are no bounds.
  let fileSystem: UInt64?
  /// The position of the first name in the walk's list; nil for a list of its own.
  private let start: Int?
  /// Whether the walk has more names than these.
  private let continues: Bool
  /// The places in `names` that may be asked about next.
  private var range: Range<Int>

  /// Takes names out of the list of a walk.
  ///
  /// - Parameter position: of the name that comes next.
  init(
    _ directory: TreeDirectory, _ handle: DirectoryHandle, _ all: SortedNames, from position: Int,
    fileSystem: UInt64?
  ) {
    let end = min(position + 2 * Self.lead, all.count)
    var names = SortedNames()
    for place in position..<end { names.add(all[place].name) }
    (self.directory, self.handle, self.names) = (directory, handle, names)
    self.fileSystem = fileSystem
    (start, continues, range) = (position, end < all.count, 0..<0)
  }

  /// Has the names of directories in a directory of which all else has been asked about.
  init(
    _ directory: TreeDirectory, _ handle: DirectoryHandle, subdirectories: SortedNames,
    fileSystem: UInt64?
  ) {
    (self.directory, self.handle, names) = (directory, handle, subdirectories)
    self.fileSystem = fileSystem
    (start, continues, range) = (nil, false, 0..<subdirectories.count)
  }

  /// Whether there are names to be asked about.
  var hasNames: Bool { !range.isEmpty }

  /// Whether all are there that may be asked about once the walk is at a position.
  func isEnough(at position: Int) -> Bool {
    guard let start, continues else { return true }
    return position - start < Self.lead
  }

  /// Has the scouts stay a little ahead of the walk, which has come to a position.
  mutating func move(to position: Int) {
    guard let start else { return }
    let end = min(position - start + Self.lead, names.count)
    range = min(max(range.lowerBound, position - start), end)..<end
  }

  /// Goes on where another one of the same directory was.
  mutating func follow(_ other: ScoutRegion) {
    guard let start, let otherStart = other.start else { return }
    let next = max(0, otherStart + other.range.lowerBound - start)
    range = min(next, names.count)..<min(next, names.count)
  }

  /// Takes the names that come first.
  mutating func takeErrand() -> ScoutErrand {
    let names = range.prefix(max(1, min(ScoutErrand.nameLimit, range.count / 8)))
    range = names.endIndex..<range.upperBound
    return ScoutErrand(region: self, positions: names)
  }
}
