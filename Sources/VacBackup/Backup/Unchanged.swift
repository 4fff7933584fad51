internal import Posix
internal import VacArchive
internal import VentiCore

extension Item {
  /// The contents of the file, where it looks as it did when this was archived; nil where it has to
  /// be read.
  ///
  /// Time and size decide, as with plan9port's vac; and the time of the last change of the inode
  /// where that was recorded, which no program can set back.
  func contents(ifUnchanged status: FileStatus, layout: BlockLayout) -> Entry? {
    guard case .stream(let entry) = contents, kind == status.archiveKind,
      entry.mayHold(status, layout: layout), isUnchanged(status)
    else { return nil }
    return entry
  }

  /// Whether the inode has not changed, so that its attributes are the same as well.
  func hasSameInode(_ status: FileStatus) -> Bool {
    unix != nil && changed == FileTime(status.changed)
  }

  private func isUnchanged(_ status: FileStatus) -> Bool {
    if unix != nil {
      return modified == FileTime(status.modified) && changed == FileTime(status.changed)
    }
    // A classic record has whole seconds; and links and devices by plan9port are often damaged.
    return kind == .file
      && UInt32(truncatingIfNeeded: modified.seconds)
        == UInt32(truncatingIfNeeded: status.modified.seconds)
  }
}

extension Entry {
  /// Whether the contents of a file that looks like this can be the stream, for all that it says itself.
  func mayHold(_ status: FileStatus, layout: BlockLayout) -> Bool {
    (size == status.size || status.kind != .file)
      // What other sizes of blocks made of it would be another archive.
      && leafSize == layout.leafSize && pointerSize == layout.pointerSize && depth == neededDepth
  }
}
