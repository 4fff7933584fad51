package import VacArchive
package import VentiCore

/// A place in a tree of directories, and the way on from there.
///
/// The order is that of tar, cp, diff and find: files as they are listed, each directory entered
/// where it comes.
package struct WalkCursor: Sendable {
  /// A file that holds something.
  package struct File: Sendable {
    /// Its inode number.
    package let number: UInt64
    /// What it holds.
    package let entry: Entry

    /// Describes a file.
    package init(number: UInt64, entry: Entry) {
      self.number = number
      self.entry = entry
    }
  }

  /// What the cursor has come to.
  package enum Step: Sendable {
    /// Something that can be read.
    case file(File)
    /// A directory, for the caller to enter or to pass over.
    case directory(DirectoryReference)
    /// Nothing that is read: a file with nothing in it, or one that is no file.
    case other
  }

  private struct Level: Sendable {
    let directory: Directory
    /// The next file to visit.
    var position: Int
  }

  /// Directories that deep are not entered.
  private static let depthLimit = 256

  private var levels: [Level] = []

  /// A cursor that is nowhere: `enter` the top directory first.
  package init() {}

  /// Goes into a directory, in front of one of its files; comes out again behind the last.
  package mutating func enter(_ directory: Directory, at position: Int) {
    guard levels.count < Self.depthLimit else { return }
    levels.append(Level(directory: directory, position: position))
  }

  /// Goes past the next file; nil at the end of the tree.
  package mutating func next() -> Step? {
    while let level = levels.last, level.position >= level.directory.count { levels.removeLast() }
    guard let level = levels.last else { return nil }
    levels[levels.count - 1].position += 1
    let item = level.directory[level.position]
    switch item.contents {
    case .stream(let entry) where item.kind == .file && item.size > 0:
      return .file(File(number: item.number, entry: entry))
    case .directory(let reference): return .directory(reference)
    case .stream, .damaged: return .other
    }
  }
}
