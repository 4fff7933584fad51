/// How a file system is mounted (mount.fuse3(8)).
///
/// Every mount is read-only, and programs and devices in it have no privileges (`ro`, `nosuid`,
/// `nodev`).
public struct MountOptions: Sendable, Hashable {
  /// What `/proc/mounts` shows as the source (`fsname=`).
  public var source: String
  /// What follows `fuse.` in the type that `/proc/mounts` shows (`subtype=`).
  public var subtype: String
  /// Users other than the one who mounts may look (`allow_other`).
  public var allowsOthers = false
  /// The kernel checks permissions (`default_permissions`).
  public var checksPermissions = false
  /// Programs in it cannot be run (`noexec`).
  public var deniesExecution = false
  /// Links in it are not followed (`nosymfollow`; Linux 5.10).
  public var leavesLinksAlone = false
  /// The kernel keeps no access times (`noatime`).
  public var ignoresAccessTimes = false
  /// A small process stays that unmounts if this one dies (`auto_unmount`).
  public var unmountsAutomatically = false

  /// A private mount that shows `source` and `fuse.subtype` in `/proc/mounts`.
  public init(source: String, subtype: String) {
    self.source = source
    self.subtype = subtype
  }
}
