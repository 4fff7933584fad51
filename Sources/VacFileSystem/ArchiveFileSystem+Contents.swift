public import Fuse
import SystemPackage
import VacArchive
public import VentiCore

// Reading what files hold.
extension ArchiveFileSystem {
  /// The contents of a file, as parts of its blocks.
  public func read(
    _ node: NodeID, at offset: UInt64, count: Int, patience: Patience
  ) throws(FileSystemError) -> [Fuse.Slice] {
    let item = try item(of: node)
    guard let offset = Int(exactly: offset),
      case (let end, false) = offset.addingReportingOverflow(count)
    else { return [] }
    let range = offset..<end
    let tree = try tree(of: item, patience)
    // Once for a request, and before a read that waits: what comes after is under way meanwhile.
    if case .none = patience {
      prefetcher.noteRead(range, of: node, tree.entry)
      if offset == 0 { noteFile(node) }
    }
    let slices = try describing(item) { () throws(ArchiveError) in
      try tree.reading { tree throws(BlockError) in try tree.slices(in: range) }
    }
    return slices.map(Fuse.Slice.init)
  }

  /// Looks ahead to the files behind one that is read.
  private func noteFile(_ node: NodeID) {
    guard let file = try? file(of: node) else { return }
    prefetcher.noteFile(file) { directories(above: file) }
  }

  /// The way from the root to a file, as far as the kernel knows it.
  private func directories(above file: KnownFile) -> [KnownFile] {
    var way: [KnownFile] = []
    var place = file
    while place.parent != .root, way.count < Self.depthLimit,
      let directory = try? self.file(of: place.parent)
    {
      way.append(directory)
      place = directory
    }
    return way.reversed()
  }

  /// More directories above a file are of no interest.
  private static let depthLimit = 128

  /// The path that a link holds.
  public func target(
    of link: NodeID, patience: Patience
  ) throws(FileSystemError) -> [UInt8] {
    let item = try item(of: link)
    guard item.kind == .link, case .stream(let entry) = item.contents else {
      throw .failed(.invalidArgument)
    }
    return try describing(item) { () throws(ArchiveError) in
      try entry.linkTarget(in: source(patience))
    }
  }

  /// Finds data or a hole by the pointers of the file's tree: no leaf is read.
  public func seek(
    _ node: NodeID, from offset: UInt64, to target: SeekTarget, patience: Patience
  ) throws(FileSystemError) -> UInt64 {
    let item = try item(of: node)
    guard let start = Int(exactly: offset), start < item.size else {
      throw .failed(.noSuchAddressOrDevice)
    }
    let tree = try tree(of: item, patience)
    let found = try describing(item) { () throws(ArchiveError) in
      try tree.reading { tree throws(BlockError) -> Int? in
        switch target {
        case .data: try tree.firstData(from: start)
        case .hole: try tree.firstHole(from: start)
        }
      }
    }
    guard let found else { throw .failed(.noSuchAddressOrDevice) }
    return UInt64(found)
  }

  /// The tree of a file's contents.
  private func tree(of item: Item, _ patience: Patience) throws(FileSystemError) -> HashTree {
    try describing(item) { () throws(ArchiveError) in
      switch item.contents {
      case .stream(let entry): try HashTree(opening: entry, in: source(patience))
      case .damaged(let error): throw error
      case .directory: throw .slot(0, .kind(isDirectory: true))
      }
    }
  }
}

extension HashTree {
  fileprivate init(opening entry: Entry, in source: any BlockSource) throws(ArchiveError) {
    do throws(FormatError) {
      try self.init(entry, in: source)
    } catch {
      throw .format(error, block: entry.score)
    }
  }

  /// Runs `body` with the tree; an error of a block becomes one of the archive.
  fileprivate func reading<Value>(
    _ body: (HashTree) throws(BlockError) -> Value
  ) throws(ArchiveError) -> Value {
    do throws(BlockError) {
      return try body(self)
    } catch {
      throw .block(error)
    }
  }
}

extension Block: FixedBytes {
  /// Lends the bytes, which stay where they are as long as the block lives.
  public func withBytes(_ body: (RawSpan) -> Void) {
    body(bytes)
  }
}

extension Fuse.Slice {
  fileprivate init(_ slice: HashTree.Slice) {
    switch slice {
    case .bytes(let block): self = .bytes(block, range: 0..<block.count)
    case .zeros(let count): self = .zeros(count: count)
    }
  }
}
