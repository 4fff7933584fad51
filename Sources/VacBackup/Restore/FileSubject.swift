internal import Posix
internal import SystemPackage

/// A file whose attributes are to be set: by its descriptor where it is open, else by its name.
struct FileSubject {
  let directory: DirectoryHandle
  let name: [UInt8]
  let open: (any OpenNode)?
  /// Whether it was just made, and has nothing yet but its contents.
  var isNew = false

  func status() throws(Errno) -> FileStatus {
    if let open { try open.status() } else { try directory.status(of: name) }
  }

  func setOwner(user: UInt32?, group: UInt32?) throws(Errno) {
    if let open {
      try open.setOwner(user: user, group: group)
    } else {
      try directory.setOwner(of: name, user: user, group: group)
    }
  }

  func removeAttribute(_ attribute: [UInt8]) throws(Errno) {
    if let open {
      try open.removeAttribute(attribute)
    } else {
      try directory.removeAttribute(attribute, of: name)
    }
  }

  func setPermissions(_ permissions: UInt16) throws(Errno) {
    if let open {
      try open.setPermissions(permissions)
    } else {
      try directory.setPermissions(of: name, permissions)
    }
  }

  func setTimes(accessed: FileStatus.Time, modified: FileStatus.Time) throws(Errno) {
    if let open {
      try open.setTimes(accessed: accessed, modified: modified)
    } else {
      try directory.setTimes(of: name, accessed: accessed, modified: modified)
    }
  }
}
