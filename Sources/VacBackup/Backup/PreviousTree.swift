internal import VacArchive
internal import VentiCore

/// The previous archive, read along with a walk over the files.
///
/// Names are asked for in the order of the walk, so that a directory can be begun again wherever the
/// walk is in it. Only the deepest are kept open: those far above, to which the walk comes back
/// much later, are read again then.
struct PreviousTree {
  /// Directories that are open together.
  private static let openLimit = 256

  private struct OpenDirectory {
    let depth: Int
    var cursor: DirectoryCursor
  }

  private let source: any BlockSource
  /// From the top; nil for a directory that the archive does not have, or that cannot be read.
  private var levels: DeepStack<DirectoryReference?>
  private let damage: PreviousDamage
  private var open: [OpenDirectory] = []

  /// - Parameters:
  ///   - top: the directory that corresponds to the walk's top directory.
  init(
    _ top: DirectoryReference?, in source: any BlockSource, _ scratch: Scratch,
    damage: PreviousDamage
  ) throws(ScratchError) {
    self.source = source
    self.damage = damage
    levels = DeepStack(
      scratch, limit: scratch.depthLimit, encode: { $0?.bytes ?? [] },
      decode: { bytes throws(FormatError) in
        guard !bytes.isEmpty else { return nil }
        var reader = ByteReader(Block(bytes).bytes, of: "directory")
        return try DirectoryReference(&reader)
      })
    try levels.push(top)
  }

  /// What the archive has by this name in the directory of the walk.
  ///
  /// What is damaged is as good as not there.
  mutating func item(named name: [UInt8]) -> Item? {
    guard openLevel() else { return nil }
    do throws(ArchiveError) {
      let item = try open[open.count - 1].cursor.item(named: name)
      if let fault = open[open.count - 1].cursor.takeFault() { damage.tell("\(fault)") }
      if case .damaged(let error) = item?.contents { damage.tell("\(error)") }
      return item
    } catch {
      giveUp(error)
      return nil
    }
  }

  /// The stream of a file's contents, if the archive's next record in the directory of the walk is this
  /// one, but for slot and number.
  mutating func takeStream(ofRecord record: RawSpan) -> Entry? {
    guard openLevel() else { return nil }
    do throws(ArchiveError) {
      return try open[open.count - 1].cursor.takeStream(ofRecord: record)
    } catch {
      giveUp(error)
      return nil
    }
  }

  /// Opens the directory of the walk; false where the archive does not have it.
  private mutating func openLevel() -> Bool {
    let depth = levels.count - 1
    if openDepth == depth { return true }
    guard let level = levels.last else { return false }
    do throws(ArchiveError) {
      push(try DirectoryCursor(level, in: source), depth)
      return true
    } catch {
      giveUp(error)
      return false
    }
  }

  /// Does without the directory of the walk.
  private mutating func giveUp(_ error: ArchiveError) {
    damage.tell("\(error)")
    levels.last = nil
    if openDepth == levels.count - 1 { open.removeLast() }
  }

  /// The depth of the directory that was opened last: not a copy of all that is open with it.
  private var openDepth: Int? { open.isEmpty ? nil : open[open.count - 1].depth }

  /// Goes into a directory with the walk.
  mutating func enter(_ name: [UInt8]) throws(ScratchError) {
    if case .directory(let reference) = item(named: name)?.contents {
      try levels.push(reference)
    } else {
      try levels.push(nil)
    }
  }

  /// Leaves a directory with the walk.
  mutating func leave() throws(ScratchError) {
    try levels.pop()
    if openDepth == levels.count { open.removeLast() }
  }

  private mutating func push(_ cursor: DirectoryCursor, _ depth: Int) {
    if open.count == Self.openLimit { open.removeFirst(Self.openLimit / 2) }
    open.append(OpenDirectory(depth: depth, cursor: cursor))
  }
}
