package import Posix
package import VacArchive

/// What a comparison finds of a file that is not as it is in the archive.
package enum Difference: Sendable, Equatable {
  /// The target has no such file.
  case missing
  /// The archive has no such file.
  case extra
  case kind(found: FileStatus.Kind)
  case size(found: Int, archived: Int)
  /// The first byte that differs.
  case contents(offset: Int)
  case permissions(found: UInt16, archived: UInt16)
  case user(found: UInt32, archived: UInt32)
  case group(found: UInt32, archived: UInt32)
  case modified(found: FileTime, archived: FileTime)
  case target(found: [UInt8], archived: [UInt8])
  case device(found: DeviceID, archived: DeviceID)
  /// An extended attribute that is missing, or has another value.
  case attribute([UInt8])
  /// An extended attribute that the archive does not have.
  case extraAttribute([UInt8])
  /// In the archive, another name is the same file's; in the target it is not.
  case notLinked(to: [UInt8])
}

extension Difference: CustomStringConvertible {
  package var description: String {
    switch self {
    case .missing: "missing"
    case .extra: "not in the archive"
    case .kind(let found): "is a \(found.noun), not what it is in the archive"
    case .size(let found, let archived): "size \(found), archived \(archived)"
    case .contents(let offset): "contents differ at byte \(offset)"
    case .permissions(let found, let archived):
      "mode \(String(found, radix: 8)), archived \(String(archived, radix: 8))"
    case .user(let found, let archived): "owner \(found), archived \(archived)"
    case .group(let found, let archived): "group \(found), archived \(archived)"
    case .modified(let found, let archived):
      "modified at \(found.text), archived \(archived.text)"
    case .target(let found, let archived):
      "link to \(PathText.quoted(found)), archived \(PathText.quoted(archived))"
    case .device(let found, let archived):
      "device \(found.major), \(found.minor), archived \(archived.major), \(archived.minor)"
    case .attribute(let name): "attribute \(PathText.quoted(name)) differs"
    case .extraAttribute(let name): "attribute \(PathText.quoted(name)) is not in the archive"
    case .notLinked(let other): "not a hard link of \(PathText.quoted(other))"
    }
  }
}

extension FileTime {
  /// Seconds since 1970 began, with all nine decimals.
  fileprivate var text: String {
    let decimals = String(nanoseconds)
    return "\(seconds)." + String(repeating: "0", count: max(0, 9 - decimals.count)) + decimals
  }
}

extension FileStatus.Kind {
  fileprivate var noun: String {
    switch self {
    case .file: "regular file"
    case .directory: "directory"
    case .link: "symbolic link"
    case .characterDevice: "character device"
    case .blockDevice: "block device"
    case .pipe: "named pipe"
    case .socket: "socket"
    }
  }
}
