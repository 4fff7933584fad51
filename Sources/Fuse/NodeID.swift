/// The number by which the kernel names a file of the mount in its requests.
///
/// The file system chooses it and the kernel gives it back. It need not be the inode number
/// that users see, which is `Attributes.inode`. 0 names nothing and is never used.
public struct NodeID: Sendable, Hashable, RawRepresentable {
  /// The number itself.
  public let rawValue: UInt64

  /// Names the file `rawValue`.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// The root of the mount: the only number that the kernel fixes (`FUSE_ROOT_ID`).
  public static let root = NodeID(rawValue: 1)
}
