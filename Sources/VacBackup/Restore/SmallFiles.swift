internal import VacArchive
internal import VentiCore

/// Files that one thread reads, one after the other, from a source that is far away.
enum SmallFiles {
  /// Bytes that a thread is given together at the most; a file that is larger is read in windows, of
  /// which the next is asked for ahead.
  static let byteLimit = 1 << 20

  /// Asks for the contents of small files together: the thread would wait for each of them.
  ///
  /// Those with pointer blocks are asked for: the only block of others is, by whoever walks the archive, as
  /// are the pointer blocks. So there is hardly any waiting here.
  static func askAhead(_ files: [Item], in source: any BlockSource) {
    for file in files {
      guard case .stream(let entry) = file.contents, entry.depth > 0, entry.size <= byteLimit
      else { continue }
      // Whoever reads the file tells what is wrong with it.
      try? HashTree(entry, in: source).prefetch(0..<entry.size)
    }
  }
}
