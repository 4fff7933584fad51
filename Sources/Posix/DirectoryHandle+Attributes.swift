internal import CLinux
internal import Glibc
package import SystemPackage

// Attributes of files by their name: of links themselves, and of files that cannot be opened.
extension DirectoryHandle {
  /// The attributes of a file, or of a link itself: fstatat(2).
  package func status(of name: [UInt8]) throws(Errno) -> FileStatus {
    var status = stat()
    _ = try unsafe Self.withName(name) {
      unsafe fstatat(descriptor, $0, &status, AT_SYMLINK_NOFOLLOW)
    }
    guard let found = FileStatus(status) else { throw .notSupported }
    return found
  }

  /// Where a link points: readlinkat(2).
  package func linkTarget(of name: [UInt8]) throws(Errno) -> [UInt8] {
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = try unsafe Self.withName(name) {
      unsafe readlinkat(descriptor, $0, &target, target.count)
    }
    return target[..<count].map { UInt8(bitPattern: $0) }
  }

  /// Sets owner and group, each left as it is where nil: fchownat(2).
  package func setOwner(of name: [UInt8], user: UInt32?, group: UInt32?) throws(Errno) {
    _ = try unsafe Self.withName(name) {
      unsafe fchownat(descriptor, $0, user ?? .max, group ?? .max, AT_SYMLINK_NOFOLLOW)
    }
  }

  /// Sets permissions, whatever the umask says; not those of a link, which has none: fchmodat(2).
  package func setPermissions(of name: [UInt8], _ permissions: UInt16) throws(Errno) {
    _ = try unsafe Self.withName(name) {
      unsafe fchmodat(descriptor, $0, mode_t(permissions), AT_SYMLINK_NOFOLLOW)
    }
  }

  /// Sets the times: utimensat(2).
  package func setTimes(
    of name: [UInt8], accessed: FileStatus.Time, modified: FileStatus.Time
  ) throws(Errno) {
    let times = [accessed.timespec, modified.timespec]
    _ = try unsafe Self.withName(name) {
      unsafe utimensat(descriptor, $0, times, AT_SYMLINK_NOFOLLOW)
    }
  }

  /// The names of a file's extended attributes: llistxattr(2).
  package func attributeNames(of name: [UInt8]) throws(Errno) -> [[UInt8]] {
    let path = try attributePath(name)
    let list = try unsafe AttributeBuffer.fill { buffer in
      unsafe llistxattr(path, buffer.baseAddress, buffer.count)
    }
    return list.split(separator: 0).map { $0.map { UInt8(bitPattern: $0) } }
  }

  /// The value of an extended attribute: lgetxattr(2).
  package func attribute(_ attribute: [UInt8], of name: [UInt8]) throws(Errno) -> [UInt8] {
    let path = try attributePath(name)
    let attribute = attribute.map { CChar(bitPattern: $0) } + [0]
    let value = try unsafe AttributeBuffer.fill { buffer in
      unsafe lgetxattr(path, attribute, buffer.baseAddress, buffer.count)
    }
    return value.map { UInt8(bitPattern: $0) }
  }

  /// Sets an extended attribute: lsetxattr(2).
  package func setAttribute(
    _ attribute: [UInt8], to value: [UInt8], of name: [UInt8]
  ) throws(Errno) {
    guard !attribute.contains(0) else { throw .invalidArgument }
    let path = try attributePath(name)
    let attribute = attribute.map { CChar(bitPattern: $0) } + [0]
    _ = try systemCall {
      unsafe Int(lsetxattr(path, attribute, value, value.count, 0))
    }
  }

  /// Removes an extended attribute: lremovexattr(2).
  package func removeAttribute(_ attribute: [UInt8], of name: [UInt8]) throws(Errno) {
    let path = try attributePath(name)
    let attribute = attribute.map { CChar(bitPattern: $0) } + [0]
    _ = try systemCall { unsafe lremovexattr(path, attribute) }
  }

  /// A path that leads to a name in this directory: no call takes a directory, a name and an
  /// attribute before Linux 6.13.
  private func attributePath(_ name: [UInt8]) throws(Errno) -> [CChar] {
    try Self.checkName(name)
    return "/proc/self/fd/\(descriptor)/".utf8.map { CChar(bitPattern: $0) }
      + name.map { CChar(bitPattern: $0) } + [0]
  }
}
