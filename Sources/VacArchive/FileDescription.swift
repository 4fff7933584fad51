/// What an archive is to know of a file, beside its contents.
public struct FileDescription: Hashable, Sendable {
  /// The name: no slash, no NUL, at most 255 bytes, not `.` or `..`.
  public var name: [UInt8]
  /// What it is.
  public var kind: FileKind
  /// Permissions as stat(2) has them: 0...0o7777.
  public var permissions: UInt16
  /// The owner's name.
  public var owner: [UInt8] = []
  /// The group's name.
  public var group: [UInt8] = []
  /// The numbers of both.
  public var ownerNumbers: UnixMetadata.Owner?
  /// When the contents changed.
  public var modified: FileTime
  /// When the file was read; the same as `modified` where nothing else is wanted, since reading a
  /// file to archive it may change this.
  public var accessed: FileTime
  /// When the inode changed.
  public var changed: FileTime
  /// The number of the file: equal for the names of one file, and for nothing else.
  ///
  /// In a classic archive every name is a file of its own, with a number of its own.
  public var qid: UInt64
  /// How the numbers below become unique; for the top of a merged archive.
  public var space: QidSpace?
  /// The numbers of a device.
  public var device: DeviceNumber?
  /// Names that the file has, not all of them need be in the archive; 1 for nearly all.
  public var linkCount = 1
  /// Extended attributes, in any order.
  public var attributes: [ExtendedAttribute] = []

  /// Describes a file; access and change are as old as the contents until set.
  public init(
    name: [UInt8], kind: FileKind, permissions: UInt16, modified: FileTime, qid: UInt64
  ) {
    self.name = name
    self.kind = kind
    self.permissions = permissions
    self.modified = modified
    accessed = modified
    changed = modified
    self.qid = qid
  }

  /// Makes a record say what plan9port's vac would write: all but Unix metadata.
  ///
  /// Nothing stays of what it said before but the slot.
  func describeClassically(in record: inout Record) {
    record.generation = 0
    record.modifier = []
    record.modificationCount = 0
    record.sourceQid = nil
    record.unix = nil
    record.otherOptions = []
    record.name = name
    record.qid = qid
    record.mode = FileMode(kind, unixPermissions: permissions & 0o777)
    record.owner = owner
    record.group = group
    record.modified = modified.lowSeconds
    record.accessed = accessed.lowSeconds
    record.changed = changed.lowSeconds
    record.space = space
  }

  /// Makes a record say everything but extended attributes.
  func describe(in record: inout Record) {
    describeClassically(in: &record)
    record.mode = FileMode(kind, unixPermissions: permissions)
    var unix = UnixMetadata()
    unix.modified = modified.rest
    // Times that say nothing of their own cost nothing: the reader finds the record's seconds,
    // and the rest of the modification time.
    unix.accessed = accessed == modified ? nil : accessed.rest
    unix.changed = changed == modified ? nil : changed.rest
    unix.owner = ownerNumbers
    unix.device = kind == .device ? device : nil
    unix.isSocket = kind == .socket
    unix.linkCount = linkCount > 1 ? UInt32(clamping: linkCount) : nil
    record.unix = unix
  }
}
