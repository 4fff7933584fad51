public import SystemPackage

/// Why a file system could not be mounted, served or unmounted.
public enum FuseError: Error, Sendable, Equatable {
  /// There is no directory to mount on.
  case mountpointMissing(path: String)
  /// The mountpoint is a file.
  case mountpointNotDirectory(path: String)
  /// The mountpoint belongs to a mount whose server has died.
  case mountpointStale(path: String)
  /// The mountpoint cannot be looked at.
  case mountpointInaccessible(path: String, cause: Errno)
  /// The kernel has no FUSE, or `/dev/fuse` is not shown to this process.
  case deviceMissing
  /// `/dev/fuse` may not be opened.
  case deviceNotPermitted(cause: Errno)
  /// The program that mounts for ordinary users is not installed.
  case fusermountMissing
  /// An ordinary user asked for `allow_other`, which `/etc/fuse.conf` does not allow.
  case allowOtherNotPermitted
  /// The kernel refused the mount.
  case mountFailed(path: String, cause: Errno)
  /// fusermount3 refused the mount; the reason is in its words.
  case mountRefused(path: String, reason: String)
  /// libfuse refused the session; the reason is in its words.
  case sessionRefused(reason: String)
  /// The kernel's read-ahead could not be set.
  case readAheadNotSet(kibibytes: Int, cause: Errno)
  /// A system call failed that has no business to fail.
  case systemCallFailed(name: String, cause: Errno)
  /// The kernel mounts, and leaves out an option.
  case optionWithoutEffect(name: String)
  /// The mount could not be taken away.
  case unmountFailed(path: String, reason: String)
}

extension FuseError: CustomStringConvertible {
  /// One line for a user.
  public var description: String {
    switch self {
    case .mountpointMissing(let path):
      "mountpoint \(path.debugDescription): no such directory"
    case .mountpointNotDirectory(let path):
      "mountpoint \(path.debugDescription): not a directory"
    case .mountpointStale(let path):
      "mountpoint \(path.debugDescription): left by a server that died; "
        + "'fusermount3 -u' takes it away"
    case .mountpointInaccessible(let path, let cause):
      "mountpoint \(path.debugDescription): \(cause)"
    case .deviceMissing:
      "/dev/fuse: not there; 'modprobe fuse' loads it"
    case .deviceNotPermitted(let cause):
      "/dev/fuse: cannot be opened: \(cause)"
    case .fusermountMissing:
      "fusermount3: not found; Debian's package fuse3 has it"
    case .allowOtherNotPermitted:
      "option allow_other: /etc/fuse.conf has no line 'user_allow_other'"
    case .mountFailed(let path, let cause):
      "mountpoint \(path.debugDescription): cannot mount: \(cause)"
    case .mountRefused(let path, let reason):
      "mountpoint \(path.debugDescription): fusermount3 cannot mount: \(reason)"
    case .sessionRefused(let reason):
      "libfuse: \(reason)"
    case .readAheadNotSet(let kibibytes, let cause):
      "read-ahead of \(kibibytes) KiB: cannot be set: \(cause)"
    case .systemCallFailed(let name, let cause):
      "\(name): \(cause)"
    case .optionWithoutEffect(let name):
      "option \(name): without effect; Linux has it from 5.10 on"
    case .unmountFailed(let path, let reason):
      "mountpoint \(path.debugDescription): cannot unmount: \(reason)"
    }
  }
}
