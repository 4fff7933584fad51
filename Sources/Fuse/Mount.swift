internal import CFuse
internal import Glibc
internal import SystemPackage

/// A mount of ours, with the descriptor over which the kernel talks to us.
///
/// Made here and not by libfuse, so that each way to fail has an error of its own.
struct Mount: Sendable {
  /// Where it is.
  let mountpoint: Mountpoint
  /// The open `/dev/fuse`; belongs to whoever made the mount.
  let descriptor: FileDescriptor
  /// `major:minor`, by which the mount is told from another one at its place.
  let device: String?
  /// What unmounts if we die.
  private let guardian: Guardian?

  /// Mounts on the directory at `path`.
  init(at path: String, options: MountOptions) throws(FuseError) {
    mountpoint = try Mountpoint(path)
    if let descriptor = try Self.mountDirectly(on: mountpoint, options) {
      self.descriptor = descriptor
    } else {
      descriptor = try Fusermount.mount(on: mountpoint, options)
    }
    let table = try? MountTable.current()
    device = table?.device(at: mountpoint.path)
    do throws(FuseError) {
      // Linux before 5.10 passes over the flag.
      if options.leavesLinksAlone, device != nil,
        table?.options(at: mountpoint.path).contains("nosymfollow") == false
      {
        throw .optionWithoutEffect(name: "nosymfollow")
      }
      guardian = try options.unmountsAutomatically ? Guardian(of: mountpoint) : nil
    } catch {
      guardian = nil
      try? detach()
      try? descriptor.close()
      throw error
    }
  }

  /// Mounts by mount(2); nil where that is for fusermount3 to do.
  private static func mountDirectly(
    on mountpoint: Mountpoint, _ options: MountOptions
  ) throws(FuseError) -> FileDescriptor? {
    let descriptor = try openDevice()
    let status = unsafe mount(
      options.source, mountpoint.path, "fuse.\(options.subtype)", options.flags,
      options.kernelText(descriptor))
    if status == 0 { return descriptor }
    let cause = Errno(rawValue: errno)
    try? descriptor.close()
    if cause == .notPermitted { return nil }
    throw .mountFailed(path: mountpoint.path, cause: cause)
  }

  private static func openDevice() throws(FuseError) -> FileDescriptor {
    let descriptor = unsafe open("/dev/fuse", O_RDWR | O_CLOEXEC)
    if descriptor >= 0 { return FileDescriptor(rawValue: descriptor) }
    switch errno {
    case ENOENT, ENODEV, ENXIO: throw .deviceMissing
    default: throw .deviceNotPermitted(cause: Errno(rawValue: errno))
    }
  }

  /// Whether the mount is still to be seen, and nothing lies over it.
  var isInPlace: Bool {
    guard let device else { return true }
    guard let table = try? MountTable.current() else { return true }
    return table.device(at: mountpoint.path) == device
  }

  /// Takes the mount out of the tree of files; whoever uses it can finish with it.
  func detach() throws(FuseError) {
    guard isInPlace else { return }
    if unsafe umount2(mountpoint.path, CInt(MNT_DETACH | UMOUNT_NOFOLLOW)) == 0 { return }
    if errno == EINVAL || errno == ENOENT { return }
    try Fusermount.unmount(mountpoint)
  }
}

extension MountOptions {
  /// The flags of mount(2).
  fileprivate var flags: UInt {
    var flags = MS_RDONLY | MS_NOSUID | MS_NODEV
    if deniesExecution { flags |= MS_NOEXEC }
    if leavesLinksAlone { flags |= MS_NOSYMFOLLOW }
    if ignoresAccessTimes { flags |= MS_NOATIME }
    return UInt(flags)
  }

  /// The text that mount(2) hands to the kernel's FUSE.
  fileprivate func kernelText(_ descriptor: FileDescriptor) -> String {
    let numbers =
      "fd=\(descriptor.rawValue),rootmode=40000,user_id=\(getuid()),group_id=\(getgid())"
    return ([numbers] + kernelWords).joined(separator: ",")
  }

  /// The words that mean the same to the kernel and to fusermount3.
  fileprivate var kernelWords: [String] {
    (allowsOthers ? ["allow_other"] : []) + (checksPermissions ? ["default_permissions"] : [])
  }

  /// What follows `-o` for fusermount3, which wants commas and backslashes escaped.
  package var fusermountText: String {
    func escaped(_ text: String) -> String {
      String(text.flatMap { $0 == "," || $0 == "\\" ? ["\\", $0] : [$0] })
    }
    var words = ["ro", "nosuid", "nodev"] + kernelWords
    if deniesExecution { words.append("noexec") }
    if leavesLinksAlone { words.append("nosymfollow") }
    if ignoresAccessTimes { words.append("noatime") }
    words += ["fsname=\(escaped(source))", "subtype=\(escaped(subtype))"]
    return words.joined(separator: ",")
  }
}
