import Fuse
import VacArchive

/// A file that the kernel knows.
struct KnownFile: Sendable {
  /// The directory that the file is in.
  let directory: Directory
  /// Its place there.
  let position: Int
  /// The node of that directory.
  let parent: NodeID
}

/// The files that the kernel knows, by node.
///
/// Three numbers name a file. The *inode number* that users see comes from the archive: it is
/// the same on every mount. The *node*, by which the kernel asks, is one more than that, since
/// FUSE gives the root node 1. Inode numbers are unique unless an archive is made up to have
/// equal ones, or two hashes of 64 bits meet; the later file then takes the next free node. A
/// *position* is a file's place in its directory, and changes never.
///
/// A file holds on to its directory's table, so what the kernel knows can be answered without
/// reading anything again.
struct NodeTable: Sendable {
  private struct Known: Sendable {
    let file: KnownFile
    /// How often the kernel was handed the node, less what it gave back.
    var count: UInt64
  }

  private var known: [NodeID: Known] = [:]

  /// The file of a node.
  func file(of node: NodeID) -> KnownFile? {
    known[node]?.file
  }

  /// Counts that the kernel is handed a file, and returns its node.
  mutating func enter(_ file: KnownFile) -> NodeID {
    let node = place(of: file)
    if known[node] == nil {
      known[node] = Known(file: file, count: 1)
    } else {
      known[node]?.count += 1
    }
    return node
  }

  /// Counts that the kernel gave a node back; forgets the file when that was the last time.
  mutating func leave(_ node: NodeID, count: UInt64) {
    guard let entry = known[node] else { return }
    if entry.count <= count {
      known[node] = nil
    } else {
      known[node]?.count -= count
    }
  }

  /// The node that a file has, or the one that it will have.
  private func place(of file: KnownFile) -> NodeID {
    var number = file.directory.number(at: file.position) &+ 1
    while true {
      if number <= NodeID.root.rawValue { number = NodeID.root.rawValue + 1 }
      let node = NodeID(rawValue: number)
      guard let other = known[node]?.file else { return node }
      // The directory may have been read again since: its object is another, its node is not.
      if other.parent == file.parent, other.position == file.position { return node }
      number &+= 1
    }
  }
}
