internal import Glibc
internal import Posix
internal import SystemPackage

extension ManifestRow {
  /// Describes a file of the tree `top`, and reads it where it has contents.
  init(_ entry: TreeEntry, below top: FilePath) throws(Errno) {
    var path = entry.path
    _ = path.removePrefix(top)
    self.init(
      path: path.escapedText, type: entry.manifestType, mode: entry.octalPermissions,
      uid: entry.status.st_uid, gid: entry.status.st_gid)
    switch entry.status.st_mode & S_IFMT {
    case S_IFREG:
      size = Int64(entry.status.st_size)
      mtime = Int64(entry.status.st_mtim.tv_sec)
      readContents(of: entry.path)
    case S_IFDIR:
      mtime = Int64(entry.status.st_mtim.tv_sec)
    case S_IFLNK:
      mode = nil
      target = try linkTarget(of: entry.path).escapedText
    case S_IFCHR, S_IFBLK:
      rdev = deviceNumbers(entry.status.st_rdev)
    default: break
    }
  }

  private mutating func readContents(of path: FilePath) {
    do throws(Errno) {
      let (digest, count) = try SHA256.digest(of: path)
      sha256 = digest
      if count != size { read = count }
    } catch {
      self.error = error.description
    }
  }
}

extension TreeEntry {
  fileprivate var manifestType: String {
    switch status.st_mode & S_IFMT {
    case S_IFREG: "f"
    case S_IFDIR: "d"
    case S_IFLNK: "l"
    case S_IFIFO: "p"
    case S_IFCHR: "c"
    case S_IFBLK: "b"
    default: "s"
    }
  }

  fileprivate var octalPermissions: String {
    let digits = String(status.st_mode & 0o777, radix: 8)
    return String(repeating: "0", count: 3 - digits.count) + digits
  }
}

extension FilePath {
  /// The path as text, in which each byte that is not part of UTF-8 stands as `\xNN`.
  fileprivate var escapedText: String {
    let bytes = withPlatformString { start in
      UnsafeBufferPointer(start: start, count: length).map { UInt8(bitPattern: $0) }
    }
    var text = ""
    for piece in LenientUTF8(bytes) {
      switch piece {
      case .scalar(let scalar): text.unicodeScalars.append(scalar)
      case .byte(let byte): text += "\\x" + String(byte, radix: 16)
      }
    }
    return text
  }
}

private func linkTarget(of path: FilePath) throws(Errno) -> FilePath {
  var target = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
  let count = path.withPlatformString { readlink($0, &target, target.count - 1) }
  guard count >= 0 else { throw Errno(rawValue: errno) }
  return FilePath(platformString: target)
}

/// Splits a device number as `<sys/sysmacros.h>` does.
private func deviceNumbers(_ device: dev_t) -> [UInt32] {
  let major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000)
  let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00)
  return [UInt32(major), UInt32(minor)]
}
