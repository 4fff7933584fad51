internal import Posix
internal import VacArchive
internal import VentiCore

/// The files of an archive that have several names: the first name met is restored, the others
/// become links to it.
///
/// Which of them is done first depends on the threads; a name that comes while the first one is
/// still being written is remembered, and linked by whoever finishes the first. A file of which a name
/// never comes, as of a part of an archive, is remembered to the end, on disk where these are many: so
/// this is the one lock that is held while a file is read, a temporary one, of which the system has in
/// memory what it can.
final class HardLinks: Sendable {
  /// What makes names those of one file: a number that plan9port gave twice does not.
  struct Key: Hashable, Sendable {
    static let byteCount = 12

    private let number: UInt64
    private let kind: FileKind
    private let entry: Entry?

    /// - Returns: nil for a file that has one name.
    init?(_ item: Item) {
      guard item.linkCount > 1, item.kind != .directory else { return nil }
      number = item.number
      kind = item.kind
      if case .stream(let entry) = item.contents { self.entry = entry } else { entry = nil }
    }

    /// As much of a SHA-1 as no two keys share by chance.
    var bytes: [UInt8] {
      var writer = ByteWriter(capacity: 8 + 1 + Entry.byteCount)
      writer.uint64(number)
      writer.uint8(kind.rawValue)
      entry?.write(to: &writer)
      let score = Block(writer.bytes).score
      writer.removeAll()
      writer.score(score)
      return Array(writer.bytes.prefix(Self.byteCount))
    }
  }

  /// A name in the target.
  struct Name: Sendable {
    let directory: TargetDirectory
    let name: [UInt8]
  }

  /// What is to be done about a name.
  enum Turn {
    /// Restore the file, then `note` it if that went well, and `settle`.
    case first
    /// Link it to the original at this place, then `countLink`.
    case later(original: Int)
    /// Nothing: whoever restores the file will see to it.
    case wait
  }

  private struct File {
    static let byteCount = 12

    /// Where the original is.
    let place: Int
    /// Names that are done.
    var done: UInt32
  }

  private struct State {
    /// The names that wait, of the files that are being restored.
    var waiting: [Key: [Name]] = [:]
    /// Those that are restored.
    var files: ByteTable
    var places: LinkPlaces
    /// Names that are being linked.
    var linking = 0
  }

  private let scratch: Scratch
  private let state: Monitor<State>

  init(_ log: DirectoryLog, _ scratch: Scratch) {
    self.scratch = scratch
    state = Monitor(
      State(
        files: ByteTable(keyCount: Key.byteCount, valueCount: File.byteCount, scratch),
        places: LinkPlaces(log, scratch)))
  }

  /// Says what to do about a name.
  func take(_ key: Key, _ name: Name) throws(ScratchError) -> Turn {
    try state.withLock { state throws(ScratchError) in
      if state.waiting[key] != nil {
        state.waiting[key]?.append(name)
        return .wait
      }
      if let file = try file(key, in: state) {
        state.linking += 1
        return .later(original: file.place)
      }
      state.waiting[key] = []
      return .first
    }
  }

  /// Notes where the first name is, before its directory is released.
  ///
  /// - Returns: its place.
  func note(_ key: Key, _ original: Name) throws(ScratchError) -> Int {
    original.directory.holdOriginals()
    return try state.withLock { state throws(ScratchError) in
      let place = try state.places.add(original.name, in: original.directory.tree)
      try set(File(place: place, done: 1), for: key, in: &state)
      return place
    }
  }

  /// Notes that the first name is done, or has failed: then the next one will be the first.
  ///
  /// - Parameter original: its place, if it is done.
  /// - Returns: the names that came in between: to be linked to the original, if there is one.
  func settle(_ key: Key, original: Int?) -> [Name] {
    state.withLock { state in
      let names = state.waiting.removeValue(forKey: key) ?? []
      if original != nil { state.linking += names.count }
      return names
    }
  }

  /// Notes that a name is done, whether it could be linked or not: after the last, the file is forgotten.
  func countLink(_ key: Key, of count: Int) throws(ScratchError) {
    try state.withLock { state throws(ScratchError) in
      state.linking -= 1
      guard var file = try file(key, in: state) else { return }
      file.done += 1
      guard file.done >= count else { return try set(file, for: key, in: &state) }
      try state.files.remove(key.bytes)
      if state.files.count == 0, state.linking == 0 { state.places.removeAll() }
    }
  }

  /// The directory of an original, and its name in it.
  func name(at place: Int) throws(ScratchError) -> (directory: TreeDirectory, name: [UInt8]) {
    try state.withLock { state throws(ScratchError) in try state.places.name(at: place) }
  }

  private func file(_ key: Key, in state: State) throws(ScratchError) -> File? {
    guard let bytes = try state.files.value(for: key.bytes) else { return nil }
    return try scratch.parsing { () throws(FormatError) in
      var reader = ByteReader(Block(bytes).bytes, of: "link")
      return File(place: Int(clamping: try reader.uint64()), done: try reader.uint32())
    }
  }

  private func set(_ file: File, for key: Key, in state: inout State) throws(ScratchError) {
    var writer = ByteWriter(capacity: File.byteCount)
    writer.uint64(UInt64(file.place))
    writer.uint32(file.done)
    try state.files.set(writer.bytes, for: key.bytes)
  }
}
