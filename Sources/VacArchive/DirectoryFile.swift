public import VentiCore

/// A file of a directory that has been read, by its place there: what its record says is only looked
/// at when it is asked for.
public struct DirectoryFile: Sendable {
  let directory: Directory
  let position: Int

  /// All that the archive says of it.
  public var item: Item { directory[position] }

  /// The stream of its contents; nil for a directory, and where the contents cannot be read.
  public var stream: Entry? { directory.stream(at: position) }

  /// Whether its record is this one, but for the slot and the number of the file.
  ///
  /// - Parameter record: in the version that is written.
  func hasRecord(_ record: [UInt8]) -> Bool {
    directory.hasRecord(record, at: position)
  }
}
