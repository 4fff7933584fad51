internal import Posix
package import VacArchive

/// What goes into an archive, and how.
package struct BackupOptions: Sendable {
  /// The sizes of blocks.
  package var layout: BlockLayout
  /// All that plan9port's vac leaves out is left out.
  package var isClassic = false
  /// A file that looks as it does in the previous archive is taken over unread.
  package var skipsUnchanged = false
  /// A directory on another file system than the argument that leads to it is stored empty.
  package var staysOnFileSystem = false
  /// Of a directory that says it is a cache, only that is stored.
  package var excludesCaches = false
  /// Files named `*.vac` that are archives are merged instead of stored.
  package var mergesArchives = false
  /// The times of last access are stored; else they are those of modification.
  ///
  /// Reading a tree may change them, so that the next archive of it is another one.
  package var storesAccessTimes = false
  /// Extended attributes, access control lists among them, are stored.
  package var storesAttributes = true
  /// Which files are left out.
  package var patterns = PatternList()
  /// Bytes of memory for the names in a directory; where they take more, it is read several times.
  package var nameByteLimit = 32 << 20
  /// Where that goes for which memory is not meant to grow.
  package var scratch = Scratch()
  /// Files that are read at the same time.
  package var threadCount: Int

  package init(layout: BlockLayout, threadCount: Int) {
    self.layout = layout
    self.threadCount = threadCount
  }
}

/// Who wants to know how it goes.
package struct BackupObserver: Sendable {
  /// What happens to a file.
  package enum Event: Sendable {
    /// It is being stored.
    case file
    /// It is a directory, and being stored.
    case directory
    /// It holds the store that is written to, and is left out.
    case fileOfStore
    /// It is read, and not taken over from the previous archive.
    case read
    /// It is an archive, and merged.
    case merged
  }

  /// Takes the path of a file when its turn comes.
  ///
  /// Whoever does not need the path does not have it made.
  package var event: (@Sendable (_ path: @autoclosure () -> [UInt8], Event) -> Void)?
  /// Takes the path of what is left out, as a pattern says.
  package var exclusion: (@Sendable (_ path: [UInt8], _ isDirectory: Bool) -> Void)?
  /// Takes what is wrong with the previous archive, once, on any thread: what cannot be read of it, or
  /// is lost, is stored as new.
  package var previousDamage: (@Sendable (String) -> Void)?
  /// Takes what is not in the archive as it is in the file system; called from any thread.
  package var problem: @Sendable (BackupProblem) -> Void

  package init(
    event: (@Sendable (_ path: @autoclosure () -> [UInt8], Event) -> Void)? = nil,
    problem: @escaping @Sendable (BackupProblem) -> Void
  ) {
    self.event = event
    self.problem = problem
  }
}
