internal import CLinux
internal import Glibc
package import SystemPackage

/// An open file or directory, whose attributes can be read and set.
package protocol OpenNode: Sendable {
  /// What it is open as, for as long as the object lives.
  var descriptor: CInt { get }
}

extension OpenNode {
  /// The attributes: fstat(2).
  package func status() throws(Errno) -> FileStatus {
    var status = stat()
    _ = try systemCall { unsafe fstat(descriptor, &status) }
    guard let found = FileStatus(status) else { throw .notSupported }
    return found
  }

  /// Sets owner and group, each left as it is where nil: fchown(2).
  ///
  /// Clears set-id bits and capabilities: set those afterwards.
  package func setOwner(user: UInt32?, group: UInt32?) throws(Errno) {
    _ = try systemCall { fchown(descriptor, user ?? .max, group ?? .max) }
  }

  /// Sets permissions, set-id and sticky bits, whatever the umask says: fchmod(2).
  package func setPermissions(_ permissions: UInt16) throws(Errno) {
    _ = try systemCall { fchmod(descriptor, mode_t(permissions)) }
  }

  /// Sets the times: futimens(3).
  package func setTimes(
    accessed: FileStatus.Time, modified: FileStatus.Time
  ) throws(Errno) {
    var times = (accessed.timespec, modified.timespec)
    _ = try systemCall {
      unsafe withUnsafePointer(to: &times) { times in
        unsafe times.withMemoryRebound(to: timespec.self, capacity: 2) {
          unsafe futimens(descriptor, $0)
        }
      }
    }
  }

  /// The names of the extended attributes: flistxattr(2).
  package func attributeNames() throws(Errno) -> [[UInt8]] {
    let list = try unsafe AttributeBuffer.fill { buffer in
      unsafe flistxattr(descriptor, buffer.baseAddress, buffer.count)
    }
    return list.split(separator: 0).map { $0.map { UInt8(bitPattern: $0) } }
  }

  /// The value of an extended attribute: fgetxattr(2).
  package func attribute(_ attribute: [UInt8]) throws(Errno) -> [UInt8] {
    let attribute = attribute.map { CChar(bitPattern: $0) } + [0]
    let value = try unsafe AttributeBuffer.fill { buffer in
      unsafe fgetxattr(descriptor, attribute, buffer.baseAddress, buffer.count)
    }
    return value.map { UInt8(bitPattern: $0) }
  }

  /// Removes an extended attribute: fremovexattr(2).
  package func removeAttribute(_ attribute: [UInt8]) throws(Errno) {
    let attribute = attribute.map { CChar(bitPattern: $0) } + [0]
    _ = try systemCall { unsafe fremovexattr(descriptor, attribute) }
  }
}

extension File: OpenNode {}
