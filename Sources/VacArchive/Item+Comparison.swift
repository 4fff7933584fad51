public import VentiCore

extension Item {
  /// The stream of a regular file that has not changed since it was archived, as far as size and
  /// times tell: what `vac -q` takes over unread.
  ///
  /// Nanoseconds count where they were recorded, and so does the change time: whoever archives it
  /// as the kernel has it notices also what a program changed and then set the time back.
  public func unchangedContents(as file: FileDescription, size: Int) -> Entry? {
    guard kind == .file, file.kind == .file, case .stream(let entry) = contents,
      entry.size == size
    else { return nil }
    guard unix?.modified != nil else {
      // A classic record has the low 32 bits of the seconds.
      return modified.lowSeconds == file.modified.lowSeconds ? entry : nil
    }
    return modified == file.modified && changed == file.changed ? entry : nil
  }
}
