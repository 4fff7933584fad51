internal import Posix
internal import VentiCore

/// The files that have several names, until all of them have been met: each is stored once.
struct LinkTable {
  /// What makes names those of one file.
  struct Key: Hashable {
    private let identity: FileStatus.Identity

    /// - Returns: nil for a file that has one name.
    init?(_ status: FileStatus) {
      guard status.linkCount > 1, status.kind != .directory else { return nil }
      identity = status.identity
    }
  }

  private struct File {
    let qid: UInt64
    /// Names that are still to come.
    var namesLeft: UInt32
    /// The contents, once the first name has been stored; nil in it when that failed.
    var contents: Entry??
  }

  private var files: [Key: File] = [:]

  /// The number of the file, if a name of it has been met.
  func qid(of key: Key) -> UInt64? { files[key]?.qid }

  /// Notes the first name.
  mutating func add(_ key: Key, qid: UInt64, linkCount: UInt64) {
    files[key] = File(qid: qid, namesLeft: UInt32(clamping: linkCount - 1))
  }

  /// Notes what came of the first name.
  mutating func settle(_ key: Key, contents: Entry?) {
    files[key]?.contents = .some(contents)
  }

  /// The contents for a later name, whose turn has come; nil when there are none.
  mutating func takeContents(for key: Key) -> Entry? {
    guard var file = files[key] else { return nil }
    file.namesLeft -= min(1, file.namesLeft)
    files[key] = file.namesLeft == 0 ? nil : file
    return file.contents ?? nil
  }
}
