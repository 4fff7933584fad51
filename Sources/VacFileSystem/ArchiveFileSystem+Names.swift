public import Fuse
import Posix
import VacArchive
import VentiCore

// Looking up names and listing directories.
extension ArchiveFileSystem {
  /// Finds a name in the directory's table.
  public func lookUp(
    _ name: [UInt8], in directory: NodeID, patience: Patience
  ) throws(FileSystemError) -> Node? {
    let table = try self.directory(of: directory, patience)
    guard let position = table.position(of: name) else { return nil }
    let attributes = try attributes(of: table[position], patience)
    let file = KnownFile(directory: table, position: position, parent: directory)
    return Node(id: nodes.withLock { $0.enter(file) }, attributes: attributes)
  }

  /// What `stat` shows, from the file's record.
  public func attributes(
    of node: NodeID, patience: Patience
  ) throws(FileSystemError) -> Attributes {
    try attributes(of: item(of: node), patience)
  }

  /// Lists `.`, `..` and the directory's table, in the order of names.
  ///
  /// A place in the listing is the number of entries before it, so it means the same on every
  /// mount.
  public func list(
    _ directory: NodeID, from position: UInt64, form: ListingForm, patience: Patience,
    _ body: (DirectoryEntry) -> Bool
  ) throws(FileSystemError) {
    let table = try self.directory(of: directory, patience)
    if position == 0, !options.readsPromptly { prefetcher.noteListing(of: table) }
    let dots: [(name: String, inode: UInt64)] = [
      (".", table.reference.number), ("..", try parentNumber(of: directory)),
    ]
    let start = Int(clamping: position)
    for (index, dot) in dots.enumerated().dropFirst(start) {
      let entry = DirectoryEntry(
        name: Array(dot.name.utf8), inode: dot.inode, kind: .directory, next: UInt64(index) + 1)
      guard body(entry) else { return }
    }
    let first = max(start, dots.count) - dots.count
    guard first < table.count else { return }
    for index in first..<table.count {
      let file = KnownFile(directory: table, position: index, parent: directory)
      let next = UInt64(index + dots.count + 1)
      guard enter(file, next: next, form: form, body) else { return }
    }
  }

  /// Hands one file to a listing.
  ///
  /// - Returns: whether it was taken.
  private func enter(
    _ file: KnownFile, next: UInt64, form: ListingForm, _ body: (DirectoryEntry) -> Bool
  ) -> Bool {
    let name = file.directory.name(at: file.position)
    guard form == .nodes, let attributes = attributesAtHand(file) else {
      return body(
        DirectoryEntry(
          name: name, inode: file.directory.number(at: file.position),
          kind: file.directory.kind(at: file.position).listed, next: next))
    }
    let node = Node(id: nodes.withLock { $0.enter(file) }, attributes: attributes)
    let isTaken = body(DirectoryEntry(name: name, node: node, next: next))
    if !isTaken { forget(node.id, count: 1) }
    return isTaken
  }

  /// The attributes of a file in a listing, unless more than its record is needed and not in
  /// memory: the kernel asks for them when somebody wants to know.
  private func attributesAtHand(_ file: KnownFile) -> Attributes? {
    let item = file.directory[file.position]
    if case .damaged = item.contents { return nil }
    return try? attributes(of: item, in: source(.none), .none)
  }

  private func parentNumber(of directory: NodeID) throws(FileSystemError) -> UInt64 {
    guard directory != .root else { return archive.top.number }
    let parent = try file(of: directory).directory
    return parent.reference.number
  }
}

extension VacArchive.FileKind {
  /// What a listing shows; it does not tell which kind of device.
  fileprivate var listed: Fuse.FileKind {
    switch self {
    case .file: .regular
    case .directory: .directory
    case .link: .symbolicLink
    case .device: .characterDevice(0)
    case .pipe: .fifo
    case .socket: .socket
    }
  }
}
