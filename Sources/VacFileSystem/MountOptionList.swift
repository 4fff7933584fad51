public import Fuse

/// The options of a mount as mount(8) writes them: `ro,allow_other,uid=1000`.
///
/// An option that is not known, or that cannot be applied, is an error: a mount that silently
/// lacks what was asked for is worse than none.
public struct MountOptionList: Sendable, Equatable {
  /// What the kernel is told.
  public var mount: MountOptions
  /// The owner of every file, in place of those in the archive (`uid=`).
  public var owner: UInt32?
  /// The group of every file, in place of those in the archive (`gid=`).
  public var group: UInt32?
  /// The store, for lines of fstab(5), which have no other place for it (`store=`).
  public var store: String?

  /// The defaults: a private mount of type `fuse.vacfs` that shows `source`.
  public init(source: String) {
    mount = MountOptions(source: source, subtype: "vacfs")
  }

  /// Applies a list of options, separated by commas.
  public mutating func apply(_ list: String) throws(MountOptionError) {
    for option in list.split(separator: ",") {
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 {
        try apply(String(parts[0]), value: String(parts[1]))
      } else {
        try apply(flag: String(option))
      }
    }
  }

  /// Has the kernel check permissions where others may look, unless nobody is to check them.
  ///
  /// A private mount lets the user who mounts it read everything.
  public mutating func checkPermissions(unless isUnchecked: Bool) throws(MountOptionError) {
    if isUnchecked, mount.checksPermissions {
      throw .notApplicable("default_permissions", reason: "-p asks for the opposite")
    }
    if mount.allowsOthers, !isUnchecked { mount.checksPermissions = true }
  }

  private mutating func apply(flag name: String) throws(MountOptionError) {
    switch name {
    // Always so.
    case "ro", "nosuid", "nodev": break
    // What the kernel does by itself.
    case "exec", "symfollow", "atime", "async": break
    case "allow_other": mount.allowsOthers = true
    case "default_permissions": mount.checksPermissions = true
    case "noexec": mount.deniesExecution = true
    case "nosymfollow": mount.leavesLinksAlone = true
    case "noatime": mount.ignoresAccessTimes = true
    case "auto_unmount": mount.unmountsAutomatically = true
    case "rw", "suid", "dev":
      throw .notApplicable(name, reason: "an archive is mounted with ro, nosuid and nodev")
    case "uid", "gid", "store", "subtype", "fsname":
      throw .invalidValue(name, value: "", expected: "\(name)=VALUE")
    default: throw .unknown(name)
    }
  }

  private mutating func apply(_ name: String, value: String) throws(MountOptionError) {
    switch name {
    case "uid": owner = try number(name, value)
    case "gid": group = try number(name, value)
    case "store": store = try text(name, value)
    case "subtype": mount.subtype = try text(name, value)
    case "fsname": mount.source = try text(name, value)
    default: throw .unknown("\(name)=\(value)")
    }
  }

  private func number(_ name: String, _ value: String) throws(MountOptionError) -> UInt32 {
    // 2^32 - 1 means "no one" to the kernel.
    guard let number = UInt32(value), number != .max else {
      throw .invalidValue(name, value: value, expected: "a number")
    }
    return number
  }

  private func text(_ name: String, _ value: String) throws(MountOptionError) -> String {
    guard !value.isEmpty else {
      throw .invalidValue(name, value: value, expected: "some text")
    }
    return value
  }
}

/// Why an option of a mount cannot be used.
public enum MountOptionError: Error, Sendable, Equatable {
  /// Nobody knows the option.
  case unknown(String)
  /// The option is known, and its value means nothing.
  case invalidValue(String, value: String, expected: String)
  /// The option is known, and does not fit a mount of an archive, or another option.
  case notApplicable(String, reason: String)
}

extension MountOptionError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .unknown(let option): "mount option '\(option)': not known"
    case .invalidValue(let name, let value, let expected):
      "mount option '\(name)': found '\(value)', expected \(expected)"
    case .notApplicable(let option, let reason): "mount option '\(option)': \(reason)"
    }
  }
}
