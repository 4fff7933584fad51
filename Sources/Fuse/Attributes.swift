/// What `stat` shows of a file.
public struct Attributes: Sendable, Hashable {
  /// The inode number that users see (`st_ino`).
  public var inode: UInt64
  /// What the file is.
  public var kind: FileKind
  /// The lower twelve bits of `st_mode`: permissions, set-user-ID, set-group-ID, sticky.
  public var permissions: UInt16
  /// Names that lead to the file; 2 + subdirectories for a directory.
  public var linkCount: UInt32
  /// Numeric owner.
  public var owner: UInt32
  /// Numeric group.
  public var group: UInt32
  /// Length in bytes.
  public var size: UInt64
  /// Storage in use, in units of 512 bytes (`st_blocks`).
  public var blocks: UInt64
  /// The size of request that reads well, in bytes (`st_blksize`).
  public var preferredBlockSize: UInt32
  /// Last access.
  public var accessTime: Timestamp
  /// Last change of the contents.
  public var modificationTime: Timestamp
  /// Last change of contents or attributes.
  public var changeTime: Timestamp

  /// Describes a file.
  ///
  /// What is not given is 0, except for one link, the usual unit of reading (128 KiB), and
  /// `blocks`, which follows from `size`.
  public init(
    inode: UInt64, kind: FileKind, permissions: UInt16, linkCount: UInt32 = 1,
    owner: UInt32 = 0, group: UInt32 = 0, size: UInt64 = 0, blocks: UInt64? = nil,
    preferredBlockSize: UInt32 = 128 << 10,
    accessTime: Timestamp = Timestamp(seconds: 0),
    modificationTime: Timestamp = Timestamp(seconds: 0),
    changeTime: Timestamp = Timestamp(seconds: 0)
  ) {
    self.inode = inode
    self.kind = kind
    self.permissions = permissions
    self.linkCount = linkCount
    self.owner = owner
    self.group = group
    self.size = size
    self.blocks = blocks ?? size / 512 + (size % 512 == 0 ? 0 : 1)
    self.preferredBlockSize = preferredBlockSize
    self.accessTime = accessTime
    self.modificationTime = modificationTime
    self.changeTime = changeTime
  }
}
