internal import CFuse
internal import Glibc

/// How long the kernel keeps what it is told: 136 years, in seconds.
let forEver = Double(UInt32.max)

extension FileKind {
  /// The bits of `st_mode`.
  fileprivate var modeBits: mode_t {
    switch self {
    case .regular: S_IFREG
    case .directory: S_IFDIR
    case .symbolicLink: S_IFLNK
    case .characterDevice: S_IFCHR
    case .blockDevice: S_IFBLK
    case .fifo: S_IFIFO
    case .socket: S_IFSOCK
    }
  }

  /// The number of a device, 0 for all else.
  fileprivate var device: UInt64 {
    switch self {
    case .characterDevice(let number), .blockDevice(let number): number
    default: 0
    }
  }
}

extension timespec {
  fileprivate init(_ time: Timestamp) {
    self.init(tv_sec: Int(time.seconds), tv_nsec: Int(min(time.nanoseconds, 999_999_999)))
  }
}

extension stat {
  /// The kernel's form of `attributes`.
  init(_ attributes: Attributes) {
    self.init()
    st_ino = ino_t(attributes.inode)
    st_mode = attributes.kind.modeBits | mode_t(attributes.permissions & 0o7777)
    st_nlink = nlink_t(attributes.linkCount)
    st_uid = attributes.owner
    st_gid = attributes.group
    st_rdev = dev_t(attributes.kind.device)
    st_size = off_t(clamping: attributes.size)
    st_blksize = blksize_t(attributes.preferredBlockSize)
    st_blocks = blkcnt_t(clamping: attributes.blocks)
    st_atim = timespec(attributes.accessTime)
    st_mtim = timespec(attributes.modificationTime)
    st_ctim = timespec(attributes.changeTime)
  }

  /// What `readdir` looks at.
  init(_ entry: DirectoryEntry) {
    self.init()
    st_ino = ino_t(entry.inode)
    st_mode = entry.kind.modeBits
  }
}

extension fuse_entry_param {
  /// The kernel's form of a look-up's result; nil becomes a name that is not there, for ever.
  init(_ node: Node?) {
    self.init()
    entry_timeout = forEver
    attr_timeout = forEver
    guard let node else { return }
    ino = node.id.rawValue
    attr = stat(node.attributes)
  }

  /// The kernel's form of an entry; without a node it is a name only.
  init(_ entry: DirectoryEntry) {
    self.init(entry.node)
    if entry.node == nil { attr = stat(entry) }
    attr.st_ino = ino_t(entry.inode)
  }
}

extension statvfs {
  /// The kernel's form of `statistics`.
  init(_ statistics: FileSystemStatistics) {
    self.init()
    f_bsize = UInt(statistics.blockSize)
    f_frsize = UInt(statistics.blockSize)
    f_blocks = fsblkcnt_t(statistics.blocks)
    f_bfree = fsblkcnt_t(statistics.freeBlocks)
    f_bavail = fsblkcnt_t(statistics.freeBlocks)
    f_files = fsfilcnt_t(statistics.files)
    f_ffree = fsfilcnt_t(statistics.freeFiles)
    f_favail = fsfilcnt_t(statistics.freeFiles)
    f_namemax = UInt(statistics.longestName)
  }
}
