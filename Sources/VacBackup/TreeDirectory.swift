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

  /// Where it is in a `DirectoryLog`, whose lock protects it; less than 0 for one that is in none.
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
    var names = [name]
    var directory = self
    while case .entry(let name, _) = directory.place {
      names.append(name)
      guard let above = try? directory.above() else { break }
      directory = above
    }
    if case .path(let path) = directory.place, !path.isEmpty { names.append(path.bytes) }
    let path = Array(names.reversed().joined(separator: "/".utf8))
    // Below the root itself.
    return path.starts(with: "//".utf8) ? Array(path.dropFirst()) : path
  }
}
