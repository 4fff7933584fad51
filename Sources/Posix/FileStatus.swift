internal import Glibc

/// What stat(2) says of a file.
package struct FileStatus: Sendable, Hashable {
  /// What a file is.
  package enum Kind: Sendable, Hashable {
    case file
    case directory
    case link
    case characterDevice
    case blockDevice
    case pipe
    case socket
  }

  /// A moment: seconds since 1970 began, and nanoseconds after that.
  package struct Time: Sendable, Hashable {
    package var seconds: Int64
    /// Less than 10^9.
    package var nanoseconds: UInt32

    package init(seconds: Int64, nanoseconds: UInt32) {
      self.seconds = seconds
      self.nanoseconds = nanoseconds
    }
  }

  /// What makes two names those of one file.
  package struct Identity: Sendable, Hashable {
    package let fileSystem: UInt64
    package let inode: UInt64

    package init(fileSystem: UInt64, inode: UInt64) {
      self.fileSystem = fileSystem
      self.inode = inode
    }
  }

  package let kind: Kind
  /// Permissions, set-id and sticky bits: 0...0o7777.
  package let permissions: UInt16
  /// Names that the file has.
  package let linkCount: UInt64
  package let user: UInt32
  package let group: UInt32
  package let size: Int
  /// Bytes of storage that the file takes: fewer than `size` where it has holes.
  package let allocatedByteCount: Int
  /// The file system that the file is on.
  package let fileSystem: UInt64
  package let inode: UInt64
  /// The numbers of a device.
  package let deviceNumber: DeviceID
  package let modified: Time
  package let accessed: Time
  package let changed: Time

  /// The same for all names of the file, and for no other file.
  package var identity: Identity { Identity(fileSystem: fileSystem, inode: inode) }

  /// Describes what has no contents of its own.
  package init(
    kind: Kind, permissions: UInt16, linkCount: UInt64, user: UInt32, group: UInt32,
    identity: Identity, modified: Time, accessed: Time, changed: Time
  ) {
    self.kind = kind
    self.permissions = permissions
    self.linkCount = linkCount
    self.user = user
    self.group = group
    (size, allocatedByteCount, deviceNumber) = (0, 0, DeviceID(major: 0, minor: 0))
    (fileSystem, inode) = (identity.fileSystem, identity.inode)
    (self.modified, self.accessed, self.changed) = (modified, accessed, changed)
  }

  /// - Returns: nil for a kind that Linux does not have.
  init?(_ status: stat) {
    guard let kind = Kind(mode: status.st_mode) else { return nil }
    self.kind = kind
    permissions = UInt16(truncatingIfNeeded: status.st_mode & 0o7777)
    linkCount = UInt64(status.st_nlink)
    user = status.st_uid
    group = status.st_gid
    size = Int(status.st_size)
    allocatedByteCount = Int(status.st_blocks) * 512
    fileSystem = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    deviceNumber = DeviceID(packed: UInt64(status.st_rdev))
    modified = Time(status.st_mtim)
    accessed = Time(status.st_atim)
    changed = Time(status.st_ctim)
  }
}

/// The numbers of a device.
package struct DeviceID: Sendable, Hashable {
  /// The driver.
  package var major: UInt32
  /// Which of the driver's devices.
  package var minor: UInt32

  package init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// Splits a number as <sys/sysmacros.h> does.
  init(packed: UInt64) {
    major = UInt32(truncatingIfNeeded: (packed >> 8 & 0xfff) | (packed >> 32 & 0xffff_f000))
    minor = UInt32(truncatingIfNeeded: (packed & 0xff) | (packed >> 12 & 0xffff_ff00))
  }

  /// Both numbers in one, as makedev(3) of Linux packs them.
  var packed: UInt64 {
    let (major, minor) = (UInt64(major), UInt64(minor))
    return (minor & 0xff) | (major & 0xfff) << 8 | (minor & ~0xff) << 12 | (major & ~0xfff) << 32
  }
}

extension FileStatus.Kind {
  fileprivate init?(mode: mode_t) {
    switch mode & S_IFMT {
    case S_IFREG: self = .file
    case S_IFDIR: self = .directory
    case S_IFLNK: self = .link
    case S_IFCHR: self = .characterDevice
    case S_IFBLK: self = .blockDevice
    case S_IFIFO: self = .pipe
    case S_IFSOCK: self = .socket
    default: return nil
    }
  }
}

extension FileStatus.Time {
  init(_ time: timespec) {
    self.init(seconds: Int64(time.tv_sec), nanoseconds: UInt32(truncatingIfNeeded: time.tv_nsec))
  }

  var timespec: timespec {
    Glibc.timespec(tv_sec: Int(seconds), tv_nsec: Int(nanoseconds))
  }
}
