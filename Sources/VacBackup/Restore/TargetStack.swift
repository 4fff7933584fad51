internal import VacArchive
internal import VentiCore

/// The directories in which the walk of a restore is, the top first.
///
/// The deepest are at hand. Of those far above there are a few bytes, in a temporary file once they are
/// many; and those stay in memory as well in which others have something to do.
struct TargetStack {
  private struct Level {
    let directory: TargetDirectory
    /// What the archive says of it, as long as it is at hand.
    let item: Item?
  }

  private let scratch: Scratch
  private var levels: [Level]
  private var parked: ByteStack
  /// Those of them that others refer to, by their identity.
  private var held: [Int: TargetDirectory] = [:]
  /// The directories parked at this depth and above hold originals.
  private var originalsDepth = -1

  init(_ top: TargetDirectory, _ scratch: Scratch) {
    self.scratch = scratch
    levels = [Level(directory: top, item: nil)]
    parked = ByteStack(scratch)
  }

  /// The deepest; nil once the top is taken.
  var last: TargetDirectory? { levels.last?.directory }

  /// Goes down to a directory.
  mutating func push(_ directory: TargetDirectory, _ item: Item) throws(ScratchError) {
    levels.append(Level(directory: directory, item: item))
    guard levels.count > max(2, scratch.depthLimit) else { return }
    for directory in held.values where !directory.isBusy { letGo(directory) }
    let count = levels.count / 2
    for level in levels.prefix(count) { try park(level.directory) }
    levels.removeFirst(count)
  }

  /// Takes the deepest, and has the one above at hand.
  mutating func pop() throws(ScratchError) -> TargetDirectory? {
    guard let directory = levels.popLast()?.directory else { return nil }
    if levels.isEmpty, let above = try unpark(above: directory) {
      levels.append(Level(directory: above, item: nil))
    }
    return directory
  }

  /// Takes the deepest of those at hand, and what the archive says of it.
  mutating func popAtHand() -> (directory: TargetDirectory, item: Item?)? {
    levels.popLast().map { ($0.directory, $0.item) }
  }

  private mutating func park(_ directory: TargetDirectory) throws(ScratchError) {
    held[directory.tree.id] = directory
    if !directory.isBusy { letGo(directory) }
    var writer = ByteWriter(capacity: 2)
    writer.uint16(directory.permissions)
    try parked.push(writer.bytes)
  }

  /// Forgets a parked directory that is not busy: as long as the walk is below, it does not become so.
  private mutating func letGo(_ directory: TargetDirectory) {
    held[directory.tree.id] = nil
    if directory.holdsOriginals { originalsDepth = max(originalsDepth, directory.tree.depth) }
  }

  private mutating func unpark(
    above directory: TargetDirectory
  ) throws(ScratchError) -> TargetDirectory? {
    guard let bytes = try parked.pop(), let tree = try directory.tree.above() else { return nil }
    if let known = held.removeValue(forKey: tree.id) { return known }
    let permissions = try scratch.parsing { () throws(FormatError) in
      var reader = ByteReader(Block(bytes).bytes, of: "directory")
      return try reader.uint16()
    }
    let unparked = TargetDirectory(tree, permissions: permissions)
    if tree.depth <= originalsDepth {
      originalsDepth = tree.depth
      unparked.holdOriginals()
    }
    return unparked
  }
}
