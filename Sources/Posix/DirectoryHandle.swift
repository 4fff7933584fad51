internal import CLinux
internal import Glibc
internal import Synchronization
package import SystemPackage

/// An open directory, and what can be done with the names in it.
///
/// Every name is one component: what is empty, `.`, `..`, or has a slash or a NUL in it is refused
/// with `Errno.invalidArgument`; and a link is never followed. So nothing that is done here by a
/// name touches anything outside the directory, whatever the name and whatever is there.
///
/// Closed when the last reference goes. Safe to use from many threads.
package final class DirectoryHandle: OpenNode {
  package let descriptor: CInt
  /// Whether somebody lists the directory, or has: the descriptor's position is moved by that.
  let isListed = Atomic(false)

  static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY

  /// Opens the directory at a path of the user's own: links in it are followed.
  package init(opening path: FilePath) throws(Errno) {
    descriptor = try systemCall {
      unsafe path.withPlatformString { unsafe open($0, Self.flags) }
    }
  }

  /// Opens a directory, and makes it first where there is nothing: as mkdir(2) does, by the umask.
  ///
  /// Directories above it must be there.
  package convenience init(openingOrMaking path: FilePath) throws(Errno) {
    let made = unsafe path.withPlatformString { unsafe mkdir($0, 0o777) }
    if made != 0, errno != EEXIST { throw Errno(rawValue: errno) }
    try self.init(opening: path)
  }

  private init(owning descriptor: CInt) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  /// Opens a directory in this one.
  ///
  /// - Throws: `Errno.notDirectory` for anything else, a link included.
  package func directory(_ name: [UInt8]) throws(Errno) -> DirectoryHandle {
    let opened = try unsafe Self.withName(name) { name in
      unsafe openat(descriptor, name, Self.flags | O_NOFOLLOW)
    }
    return DirectoryHandle(owning: opened)
  }

  /// Opens the directory that this one is in, if it is the one that is expected: it may have been
  /// moved, wherever to.
  package func parent(_ identity: FileStatus.Identity) -> DirectoryHandle? {
    guard let opened = try? systemCall({ unsafe openat(descriptor, "..", Self.flags) }) else {
      return nil
    }
    let parent = DirectoryHandle(owning: opened)
    return (try? parent.status())?.identity == identity ? parent : nil
  }

  /// Makes a directory that nobody but its owner can enter: mkdirat(2) with mode 0700.
  package func makeDirectory(_ name: [UInt8]) throws(Errno) {
    _ = try unsafe Self.withName(name) { unsafe mkdirat(descriptor, $0, 0o700) }
  }

  /// Makes a file that was not there, for writing.
  ///
  /// - Parameter permissions: what it gets but for the umask; nobody but its owner can open it unless
  ///   they say otherwise.
  package func makeFile(
    _ name: [UInt8], permissions: UInt16 = 0o600
  ) throws(Errno) -> File {
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let opened = try unsafe Self.withName(name) {
      unsafe openat(descriptor, $0, flags, mode_t(permissions))
    }
    return File(owning: opened)
  }

  /// Opens a file to read it, without a trace in its access time where the system allows that.
  ///
  /// - Throws: `Errno.tooManySymbolicLinkLevels` for a link.
  package func fileToArchive(_ name: [UInt8]) throws(Errno) -> File {
    let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    do throws(Errno) {
      return File(
        owning: try unsafe Self.withName(name) {
          unsafe openat(descriptor, $0, flags | VACFS_O_NOATIME)
        })
    } catch .notPermitted {
      // Only the owner of a file, and root, may ask for this.
      return File(
        owning: try unsafe Self.withName(name) { unsafe openat(descriptor, $0, flags) })
    }
  }

  /// Opens a file.
  ///
  /// - Throws: `Errno.tooManySymbolicLinkLevels` for a link.
  package func file(_ name: [UInt8], for access: File.Access) throws(Errno) -> File {
    let mode = access == .readOnly ? O_RDONLY : O_RDWR
    let flags = mode | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK
    let opened = try unsafe Self.withName(name) { unsafe openat(descriptor, $0, flags) }
    return File(owning: opened)
  }

  /// Makes a symbolic link: symlinkat(2).
  package func makeLink(_ name: [UInt8], to target: [UInt8]) throws(Errno) {
    guard !target.contains(0) else { throw .invalidArgument }
    let target = target.map { CChar(bitPattern: $0) } + [0]
    _ = try unsafe Self.withName(name) { unsafe symlinkat(target, descriptor, $0) }
  }

  /// Gives a file one more name: linkat(2).
  package func makeHardLink(
    _ name: [UInt8], to original: [UInt8], in directory: DirectoryHandle
  ) throws(Errno) {
    try Self.checkName(original)
    let original = original.map { CChar(bitPattern: $0) } + [0]
    _ = try unsafe Self.withName(name) {
      unsafe linkat(directory.descriptor, original, descriptor, $0, 0)
    }
  }

  /// A file that is neither data, directory nor link.
  package enum SpecialFile: Sendable, Hashable {
    case pipe
    case socket
    case characterDevice(DeviceID)
    case blockDevice(DeviceID)
  }

  /// Makes a special file that only its owner can open: mknodat(2).
  package func makeSpecialFile(_ name: [UInt8], _ file: SpecialFile) throws(Errno) {
    let (mode, device): (mode_t, UInt64) =
      switch file {
      case .pipe: (S_IFIFO, 0)
      case .socket: (S_IFSOCK, 0)
      case .characterDevice(let device): (S_IFCHR, device.packed)
      case .blockDevice(let device): (S_IFBLK, device.packed)
      }
    _ = try unsafe Self.withName(name) {
      unsafe mknodat(descriptor, $0, mode | 0o600, dev_t(device))
    }
  }

  /// Puts `name` in the place of `newName`, in one step: renameat(2).
  ///
  /// Where both are names of one file, nothing happens and both stay.
  ///
  /// - Parameter directory: where `newName` is; nil for this one.
  package func rename(
    _ name: [UInt8], to newName: [UInt8], in directory: DirectoryHandle? = nil
  ) throws(Errno) {
    try Self.checkName(newName)
    let newName = newName.map { CChar(bitPattern: $0) } + [0]
    let target = (directory ?? self).descriptor
    _ = try unsafe Self.withName(name) { unsafe renameat(descriptor, $0, target, newName) }
  }

  /// Removes a name that is not a directory's: unlinkat(2).
  package func remove(_ name: [UInt8]) throws(Errno) {
    _ = try unsafe Self.withName(name) { unsafe unlinkat(descriptor, $0, 0) }
  }

  /// Removes an empty directory: unlinkat(2).
  package func removeDirectory(_ name: [UInt8]) throws(Errno) {
    _ = try unsafe Self.withName(name) { unsafe unlinkat(descriptor, $0, AT_REMOVEDIR) }
  }

  static func checkName(_ name: [UInt8]) throws(Errno) {
    let isComponent =
      !name.isEmpty && name != [0x2e] && name != [0x2e, 0x2e]
      && !name.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
    guard isComponent else { throw .invalidArgument }
  }

  /// Makes a system call with a name as a C string.
  static func withName<Result: SignedInteger>(
    _ name: [UInt8], _ call: (UnsafePointer<CChar>) -> Result
  ) throws(Errno) -> Result {
    try checkName(name)
    return try systemCall {
      // On the stack: arrays would take as long as some of the calls.
      unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { buffer in
        for place in name.indices { unsafe buffer[place] = CChar(bitPattern: name[place]) }
        unsafe buffer[name.count] = 0
        // Never nil: there is the NUL at least.
        return unsafe buffer.baseAddress.map { unsafe call($0) } ?? -1
      }
    }
  }
}
