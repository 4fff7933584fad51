package import Posix
internal import SystemPackage
internal import VentiCore

/// Directories of which no more than the way to them has to be known: in a temporary file, once they are
/// many.
///
/// The lock is held while that file is read, of which the system has in memory what it can.
package final class DirectoryLog: Sendable {
  private static let headerByteCount = 3 * 8 + FileStatus.Identity.optionalByteCount + 4
  /// In the place of the directory above, where there is none.
  private static let none = UInt64.max

  private let scratch: Scratch
  private let heap: Monitor<ByteHeap>

  package init(_ scratch: Scratch) {
    self.scratch = scratch
    heap = Monitor(ByteHeap(scratch))
  }

  /// A directory in another one.
  package func directory(
    _ name: [UInt8], in parent: TreeDirectory, id: Int, identity: FileStatus.Identity
  ) throws(ScratchError) -> TreeDirectory {
    let depth = parent.depth + 1
    let isNear = depth % max(2, scratch.depthLimit) != 0
    let above: TreeDirectory.Above = isNear ? .near(parent) : .far(self, place: try note(parent))
    return TreeDirectory(id: id, .entry(name, in: above), identity: identity, depth: depth)
  }

  /// Notes a directory, and those above it, unless they are.
  ///
  /// - Returns: its place.
  func note(_ directory: TreeDirectory) throws(ScratchError) -> Int {
    try heap.withLock { heap throws(ScratchError) in
      var unknown: [TreeDirectory] = []
      var next: TreeDirectory? = directory
      while let directory = next, directory.placeInLog < 0 {
        unknown.append(directory)
        next = directory.near
      }
      while let directory = unknown.popLast() {
        directory.placeInLog = try heap.append(Self.bytes(of: directory))
      }
      return directory.placeInLog
    }
  }

  /// The directory at a place.
  func directory(at place: Int) throws(ScratchError) -> TreeDirectory {
    let (header, text) = try heap.withLock { heap throws(ScratchError) in
      let header = try heap.bytes(Self.headerByteCount, at: place)
      let count = header.suffix(4).reduce(0) { $0 << 8 | Int($1) }
      return (header, try heap.bytes(count, at: place + Self.headerByteCount))
    }
    return try scratch.parsing { () throws(FormatError) in
      var reader = ByteReader(Block(header).bytes, of: "directory")
      let above = try reader.uint64()
      let id = try Int(clamping: reader.uint64())
      let depth = try Int(clamping: reader.uint64())
      let identity = try FileStatus.Identity.parse(&reader)
      return TreeDirectory(
        id: id,
        above == Self.none
          ? .path(FilePath(bytes: text))
          : .entry(text, in: .far(self, place: Int(clamping: above))),
        identity: identity, depth: depth, placeInLog: place)
    }
  }

  /// A directory as bytes, once the one above is in the log.
  private static func bytes(of directory: TreeDirectory) -> [UInt8] {
    let (above, text) =
      switch directory.place {
      case .path(let path): (none, path.bytes)
      case .entry(let name, .near(let above)): (UInt64(above.placeInLog), name)
      case .entry(let name, .far(_, let place)): (UInt64(place), name)
      }
    var writer = ByteWriter(capacity: headerByteCount + text.count)
    writer.uint64(above)
    writer.uint64(UInt64(directory.id))
    writer.uint64(UInt64(directory.depth))
    directory.identity.write(to: &writer)
    writer.uint32(UInt32(text.count))
    writer.raw(text)
    return writer.bytes
  }
}
