internal import Posix
internal import VacArchive
internal import VentiCore

/// The files of an archive that have several names: the first name met is restored, the others
/// become links to it.
///
/// Which of them is done first depends on the threads; a name that comes while the first one is
/// still being written is remembered, and linked by whoever finishes the first.
final class HardLinks: Sendable {
  /// What makes names those of one file: a number that plan9port gave twice does not.
  struct Key: Hashable, Sendable {
    fileprivate let number: UInt64
    fileprivate let kind: FileKind
    fileprivate let entry: Entry?

    /// - Returns: nil for a file that has one name.
    init?(_ item: Item) {
      guard item.linkCount > 1, item.kind != .directory else { return nil }
      number = item.number
      kind = item.kind
      if case .stream(let entry) = item.contents { self.entry = entry } else { entry = nil }
    }
  }

  /// A name in the target.
  struct Name: Sendable {
    let directory: TargetDirectory
    let name: [UInt8]
  }

  /// What is to be done about a name.
  enum Turn {
    /// Restore the file, then `settle`.
    case first
    /// Link it to the original, then `countLink`.
    case later(original: Name)
    /// Nothing: whoever restores the file will see to it.
    case wait
  }

  private struct File {
    var original: Name?
    var waiting: [Name] = []
    var isInProgress = true
    /// Names that are done.
    var done = 0
  }

  private let files = Monitor<[Key: File]>([:])

  /// Says what to do about a name.
  func take(_ key: Key, _ name: Name) -> Turn {
    files.withLock { files in
      guard var file = files[key] else {
        files[key] = File()
        return .first
      }
      if let original = file.original { return .later(original: original) }
      let isFirst = !file.isInProgress
      if isFirst { file.isInProgress = true } else { file.waiting.append(name) }
      files[key] = file
      return isFirst ? .first : .wait
    }
  }

  /// Notes that the first name is done, or has failed: then the next one will be the first.
  ///
  /// The original's directory stays unfinished until the last name is linked: permissions that
  /// it gets in the end may forbid that.
  ///
  /// - Returns: the names that came in between.
  func settle(_ key: Key, original: Name?) -> [Name] {
    files.withLock { files in
      guard var file = files[key] else { return [] }
      let waiting = file.waiting
      original?.directory.retain()
      file = File(original: original, isInProgress: false, done: original == nil ? 0 : 1)
      files[key] = file
      return waiting
    }
  }

  /// Notes that a name is done, whether it could be linked or not.
  ///
  /// - Returns: the directory of the original, to be released, when this was the last name.
  func countLink(_ key: Key, of count: Int) -> TargetDirectory? {
    files.withLock { files in
      files[key]?.done += 1
      guard let file = files[key], file.done >= count else { return nil }
      files[key] = nil
      return file.original?.directory
    }
  }

  /// Forgets all files: no more names will come.
  ///
  /// - Returns: the directories to be released.
  func finish() -> [TargetDirectory] {
    files.withLock { files in
      defer { files = [:] }
      return files.values.compactMap { $0.original?.directory }
    }
  }
}
