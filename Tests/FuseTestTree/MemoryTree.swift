package import Fuse
import Posix
import SystemPackage

/// A tree of files in memory; some files can be made to hang.
package final class MemoryTree: ReadOnlyFileSystem {
  /// What a file holds.
  package enum Body {
    case directory(parent: Int, children: [(name: [UInt8], file: Int)])
    /// Blocks of `unit` bytes, the last one shorter; nil is a hole.
    case blocks([HeapBytes?], size: Int, unit: Int)
    case link([UInt8])
    /// A path that stays away until it is released.
    case hangingLink([UInt8])
    /// Nothing; looking up the name takes until it is released.
    case hangingName
    case special
    /// Data that stays away until it is released.
    case hanging([UInt8])
    /// Ten bytes, of which a read returns what is not there.
    case wrong
  }

  private struct File {
    var kind: FileKind
    var permissions: UInt16
    var body: Body
    var index: [[UInt8]: Int] = [:]
  }

  private struct Hang {
    var isReleased = false
    var waiting = 0
    var begun = 0
  }

  package static let blockByteCount = 8192
  private var files: [File] = []
  private let hang = Monitor(Hang())

  /// A tree with an empty root.
  package init() {
    files.append(
      File(kind: .directory, permissions: 0o755, body: .directory(parent: 0, children: [])))
  }

  // MARK: Building, before the tree is served

  /// Adds a file to a directory; the root is 0.
  @discardableResult
  package func add(
    _ name: String, to parent: Int, kind: FileKind, permissions: UInt16 = 0o644, _ body: Body
  ) -> Int {
    let file = files.count
    files.append(File(kind: kind, permissions: permissions, body: body))
    guard case .directory(let grandparent, var children) = files[parent].body else {
      fatalError("file \(parent) is no directory")
    }
    children.append((Array(name.utf8), file))
    files[parent].body = .directory(parent: grandparent, children: children)
    files[parent].index[Array(name.utf8)] = file
    return file
  }

  /// Adds a directory.
  package func addDirectory(_ name: String, to parent: Int) -> Int {
    add(
      name, to: parent, kind: .directory, permissions: 0o755,
      .directory(parent: parent, children: []))
  }

  // MARK: Hanging

  /// Lets all reads of hanging files go on.
  package func release() {
    hang.update { $0.isReleased = true }
  }

  /// Waits until `count` reads hang; false when that takes too long.
  package func waitForHanging(_ count: Int) -> Bool {
    hang.wait(until: .after(seconds: 20)) { $0.waiting == count ? true : nil } ?? false
  }

  /// How many reads have hung.
  package var hangCount: Int { hang.withLock { $0.begun } }

  private func hangUp(_ patience: Patience) throws(FileSystemError) {
    if hang.withLock({ $0.isReleased }) { return }
    guard case .until(let deadline) = patience else { throw .wouldBlock }
    hang.update { hang in
      hang.waiting += 1
      hang.begun += 1
    }
    let released = hang.wait(until: deadline) { $0.isReleased ? true : nil }
    hang.update { $0.waiting -= 1 }
    if released == nil { throw .failed(.timedOut) }
  }

  // MARK: Serving

  private func file(_ node: NodeID) throws(FileSystemError) -> File {
    guard node.rawValue >= 1, node.rawValue <= files.count else {
      throw .failed(.noSuchFileOrDirectory)
    }
    return files[Int(node.rawValue) - 1]
  }

  private func attributes(ofFile number: Int) -> Attributes {
    let file = files[number]
    var attributes = Attributes(
      inode: UInt64(number) + 1000, kind: file.kind, permissions: file.permissions,
      modificationTime: Timestamp(seconds: 1_000_000_000 + Int64(number), nanoseconds: 5))
    switch file.body {
    case .directory(_, let children):
      let directories = children.filter { files[$0.file].kind == .directory }
      attributes.linkCount = UInt32(2 + directories.count)
    case .blocks(let blocks, let size, let unit):
      attributes.size = UInt64(size)
      attributes.blocks = UInt64(blocks.count { $0 != nil } * unit / 512)
    case .link(let target), .hangingLink(let target): attributes.size = UInt64(target.count)
    case .hanging(let bytes): attributes.size = UInt64(bytes.count)
    case .wrong: attributes.size = 10
    case .special, .hangingName: break
    }
    return attributes
  }

  private func node(_ number: Int) -> Node {
    Node(id: NodeID(rawValue: UInt64(number) + 1), attributes: attributes(ofFile: number))
  }

  package func lookUp(
    _ name: [UInt8], in directory: NodeID, patience: Patience
  ) throws(FileSystemError) -> Node? {
    guard let number = try file(directory).index[name] else { return nil }
    if case .hangingName = files[number].body { try hangUp(patience) }
    return node(number)
  }

  package func attributes(of node: NodeID, patience: Patience) throws(FileSystemError) -> Attributes
  {
    _ = try file(node)
    return attributes(ofFile: Int(node.rawValue) - 1)
  }

  package func target(of link: NodeID, patience: Patience) throws(FileSystemError) -> [UInt8] {
    switch try file(link).body {
    case .link(let target): return target
    case .hangingLink(let target):
      try hangUp(patience)
      return target
    default: throw .failed(.invalidArgument)
    }
  }

  package func read(
    _ node: NodeID, at offset: UInt64, count: Int, patience: Patience
  ) throws(FileSystemError) -> [Slice] {
    switch try file(node).body {
    case .blocks(let blocks, let size, let unit):
      return slices(
        of: blocks, unit, Int(offset)..<max(Int(offset), min(Int(offset) + count, size)))
    case .hanging(let bytes):
      try hangUp(patience)
      let part = Array(bytes.dropFirst(Int(offset)).prefix(count))
      return [
        .bytes(HeapBytes(count: part.count) { $0.copyBytes(from: part) }, range: 0..<part.count)
      ]
    case .wrong:
      return [.bytes(HeapBytes(count: 10) { $0[0] = 1 }, range: 5..<11)]
    default:
      throw .failed(.invalidArgument)
    }
  }

  private func slices(of blocks: [HeapBytes?], _ unit: Int, _ range: Range<Int>) -> [Slice] {
    var slices: [Slice] = []
    var offset = range.lowerBound
    while offset < range.upperBound {
      let start = offset % unit
      let count = min(unit - start, range.upperBound - offset)
      if let block = blocks[offset / unit] {
        slices.append(.bytes(block, range: start..<start + count))
      } else {
        slices.append(.zeros(count: count))
      }
      offset += count
    }
    return slices
  }

  package func list(
    _ directory: NodeID, from position: UInt64, form: ListingForm, patience: Patience,
    _ body: (DirectoryEntry) -> Bool
  ) throws(FileSystemError) {
    guard case .directory(let parent, let children) = try file(directory).body else {
      throw .failed(.notDirectory)
    }
    for position in Int(position)..<children.count + 2 {
      let next = UInt64(position) + 1
      let entry =
        switch position {
        case 0:
          DirectoryEntry(
            name: Array(".".utf8), inode: directory.rawValue + 999, kind: .directory, next: next)
        case 1:
          DirectoryEntry(
            name: Array("..".utf8), inode: UInt64(parent) + 1000, kind: .directory, next: next)
        default:
          entry(for: children[position - 2], next: next)
        }
      guard body(entry) else { return }
    }
  }

  /// An entry of a listing; a name that hangs is there without its file.
  private func entry(for child: (name: [UInt8], file: Int), next: UInt64) -> DirectoryEntry {
    guard case .hangingName = files[child.file].body else {
      return DirectoryEntry(name: child.name, node: node(child.file), next: next)
    }
    return DirectoryEntry(
      name: child.name, inode: UInt64(child.file) + 1000, kind: files[child.file].kind, next: next)
  }

  package func seek(
    _ node: NodeID, from offset: UInt64, to target: SeekTarget, patience: Patience
  ) throws(FileSystemError) -> UInt64 {
    guard case .blocks(let blocks, let size, let unit) = try file(node).body else {
      throw .failed(.invalidArgument)
    }
    guard offset < size else { throw .failed(.noSuchAddressOrDevice) }
    let first = Int(offset) / unit
    let found = blocks[first...].firstIndex { ($0 == nil) == (target == .hole) }
    guard let found else {
      if target == .hole { return UInt64(size) }
      throw .failed(.noSuchAddressOrDevice)
    }
    return max(offset, UInt64(found * unit))
  }

  package func statistics() -> FileSystemStatistics {
    FileSystemStatistics(blockSize: 8192, blocks: 12_345, files: UInt64(files.count))
  }
}

// Built by one thread before it is served, read-only afterwards.
extension MemoryTree: @unchecked Sendable {}
