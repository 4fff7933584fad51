/// One name in a directory's listing.
public struct DirectoryEntry: Sendable, Hashable {
  /// The name, without a NUL or a slash.
  public var name: [UInt8]
  /// The inode number that `readdir` shows (`d_ino`).
  public var inode: UInt64
  /// The kind that `readdir` shows (`d_type`).
  public var kind: FileKind
  /// The file itself, or nil where its attributes are not at hand: the kernel then looks the
  /// name up when somebody wants them.
  public var node: Node?
  /// Where a later listing goes on to find what follows this entry.
  ///
  /// Never 0, which is the start.
  public var next: UInt64

  /// An entry whose file is known.
  public init(name: [UInt8], node: Node, next: UInt64) {
    self.name = name
    self.inode = node.attributes.inode
    self.kind = node.attributes.kind
    self.node = node
    self.next = next
  }

  /// An entry of which only the name, the inode number and the kind are known.
  ///
  /// `.` and `..` are always of this form.
  public init(name: [UInt8], inode: UInt64, kind: FileKind, next: UInt64) {
    self.name = name
    self.inode = inode
    self.kind = kind
    self.node = nil
    self.next = next
  }
}
