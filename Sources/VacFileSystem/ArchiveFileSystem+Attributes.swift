import Fuse
import VacArchive
import VentiCore

// What `stat` shows of a file.
extension ArchiveFileSystem {
  /// Size that a read should have: one request of the kernel.
  private static let preferredBlockSize: UInt32 = 128 << 10
  /// What links have on Linux, whatever the archive says: plan9port's vac records the mode of
  /// what a link points to.
  private static let linkPermissions: UInt16 = 0o777

  /// The attributes of a file: from its record, its entry and, for a directory or a device, from
  /// what it holds.
  func attributes(of item: Item, _ patience: Patience) throws(FileSystemError) -> Attributes {
    try describing(item) { () throws(ArchiveError) in
      try attributes(of: item, in: source(patience), patience)
    }
  }

  /// The same, with blocks from a certain source.
  func attributes(
    of item: Item, in source: any BlockSource, _ patience: Patience
  ) throws(ArchiveError) -> Attributes {
    if case .damaged(let error) = item.contents { throw error }
    return Attributes(
      inode: item.number, kind: try kind(of: item, in: source),
      permissions: item.kind == .link ? Self.linkPermissions : item.permissions,
      linkCount: try linkCount(of: item, patience),
      owner: users.number(of: item.owner, recorded: item.unix?.owner?.user),
      group: groups.number(of: item.group, recorded: item.unix?.owner?.group),
      size: try size(of: item, in: source), blocks: item.blockCount,
      preferredBlockSize: Self.preferredBlockSize,
      accessTime: Timestamp(item.accessed), modificationTime: Timestamp(item.modified),
      changeTime: Timestamp(item.changed))
  }

  /// A directory is linked from its parent, from itself, and from each directory in it.
  private func linkCount(of item: Item, _ patience: Patience) throws(ArchiveError) -> UInt32 {
    guard case .directory(let reference) = item.contents else {
      return UInt32(clamping: item.linkCount)
    }
    return UInt32(clamping: try directory(reference, patience).subdirectoryCount + 2)
  }

  /// Bytes in a file, or in the path that a link holds; nothing else has a size.
  ///
  /// A link's stream may be longer than its path: plan9port's vac keeps eight bytes of it.
  private func size(of item: Item, in source: any BlockSource) throws(ArchiveError) -> UInt64 {
    switch (item.kind, item.contents) {
    case (.file, .stream(let entry)): UInt64(entry.size)
    case (.link, .stream(let entry)): UInt64(try entry.linkTarget(in: source).count)
    default: 0
    }
  }

  private func kind(
    of item: Item, in source: any BlockSource
  ) throws(ArchiveError) -> Fuse.FileKind {
    switch item.kind {
    case .file: .regular
    case .directory: .directory
    case .link: .symbolicLink
    case .pipe: .fifo
    case .socket: .socket
    case .device: try device(item, in: source)
    }
  }

  private func device(
    _ item: Item, in source: any BlockSource
  ) throws(ArchiveError) -> Fuse.FileKind {
    guard case .stream(let entry) = item.contents else { return .characterDevice(0) }
    let number =
      if let recorded = item.unix?.device { recorded } else {
        try entry.deviceNumber(in: source)
      }
    return number.isBlock ? .blockDevice(number.packed) : .characterDevice(number.packed)
  }
}

extension Item {
  /// Files from this size on are said to have a hole: to see that one has none costs less than a
  /// hundredth of reading it.
  private static let perhapsSparseSize = 1 << 20

  /// Storage in units of 512 bytes, as far as it is known without reading the file: a file of
  /// nothing but zeros takes none.
  ///
  /// Only the pointer blocks know the holes. cp and tar look for them, by `SEEK_HOLE`, in files that take
  /// less storage than they have bytes; so a large file is one unit short.
  fileprivate var blockCount: UInt64 {
    guard kind == .file, case .stream(let entry) = contents, entry.score != .zero else {
      return 0
    }
    let size = UInt64(entry.size)
    return size < Self.perhapsSparseSize ? (size + 511) / 512 : size / 512 - 1
  }
}

extension DeviceNumber {
  /// Both numbers in one, as makedev(3) of Linux packs them.
  fileprivate var packed: UInt64 {
    let (major, minor) = (UInt64(major), UInt64(minor))
    return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xff) << 12 | (major & ~0xfff) << 32
  }
}

extension Timestamp {
  fileprivate init(_ time: FileTime) {
    self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
  }
}
