package import Posix
internal import Synchronization
package import SystemPackage

/// A directory on this machine, known by its name in the one above.
///
/// Of a tree that is very deep, those far above are not in memory: a directory in some hundred knows the
/// one above by its place in a `DirectoryLog`.
package final class TreeDirectory: Sendable {
  /// How it is reached.
  package enum Place: Sendable {
    /// By a path of the user's own, in which links are followed; empty for the working directory.
    case path(FilePath)
    /// By its name in another one.
    case entry([UInt8], in: Above)
  }

  /// The directory that another one is in.
  package enum Above: Sendable {
    case near(TreeDirectory)
    case far(DirectoryLog, place: Int)
  }

  /// Its identity, never that of another directory.
  package let id: Int
  package let place: Place
  /// Which directory it is; nil for one that only leads to an argument.
  package let identity: FileStatus.Identity?
  /// Directories above it.
  package let depth: Int

  private let atomicPlaceInLog: Atomic<Int>

  init(
    id: Int, _ place: Place, identity: FileStatus.Identity?, depth: Int, placeInLog: Int = -1
  ) {
    self.id = id
    self.place = place
    self.identity = identity
    self.depth = depth
    atomicPlaceInLog = Atomic(placeInLog)
  }

  /// A directory that others are in.
  package convenience init(id: Int, path: FilePath) {
    self.init(id: id, .path(path), identity: nil, depth: 0)
  }

  /// Where it is in its `DirectoryLog`, whose lock protects it; less than 0 for one that is in none.
  var placeInLog: Int {
    get { atomicPlaceInLog.load(ordering: .relaxed) }
    set { atomicPlaceInLog.store(newValue, ordering: .relaxed) }
  }

  /// The directory above, where that is in memory.
  package var near: TreeDirectory? {
    if case .entry(_, .near(let directory)) = place { directory } else { nil }
  }

  /// The directory above; nil for one that has none.
  package func above() throws(ScratchError) -> TreeDirectory? {
    guard case .entry(_, .far(let log, let place)) = place else { return near }
    return try log.directory(at: place)
  }

  /// The deepest directory that it and another one are in, or that is one of them; nil where it takes
  /// more steps to get there from both.
  func common(
    with other: TreeDirectory, distanceLimit: Int
  ) throws(ScratchError) -> TreeDirectory? {
    guard abs(depth - other.depth) < distanceLimit else { return nil }
    var (own, others) = (self, other)
    for _ in 0..<distanceLimit {
      if own.id == others.id { return own }
      if own.depth >= others.depth {
        guard let above = try own.above() else { return nil }
        own = above
      } else {
        guard let above = try others.above() else { return nil }
        others = above
      }
    }
    return nil
  }

  /// Its path, as it stands in messages.
  package var path: [UInt8] {
    var path = path(to: [])
    if path.count > 1, path.last == UInt8(ascii: "/") { path.removeLast() }
    return path
  }

  /// The path of a file in it, for messages and patterns.
  ///
  /// What is far above and cannot be read any more is left out: that ends all else.
  package func path(to name: [UInt8]) -> [UInt8] {
    // From its end, since arrays of the names of a very long one would take much more.
    var reversed = Array(name.reversed())
    var directory = self
    func add(_ name: [UInt8]) {
      reversed.append(UInt8(ascii: "/"))
      reversed.append(contentsOf: name.reversed())
    }
    while case .entry(let name, _) = directory.place {
      add(name)
      guard let above = try? directory.above() else { break }
      directory = above
    }
    if case .path(let path) = directory.place, !path.isEmpty { add(path.bytes) }
    // Below the root itself.
    if reversed.suffix(2).elementsEqual("//".utf8) { reversed.removeLast() }
    reversed.reverse()
    return reversed
  }
}
