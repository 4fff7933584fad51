internal import Glibc
internal import SystemPackage

/// A file, directory or other node found below a directory.
struct TreeEntry {
  let path: FilePath
  let status: stat

  /// Whether the node has this type: `S_IFREG`, `S_IFDIR` or another.
  func hasType(_ type: mode_t) -> Bool { status.st_mode & S_IFMT == type }

  /// Lists all that is below `top`, each directory before what it holds.
  ///
  /// Links are not followed, and a directory on another device is listed but not entered.
  static func all(below top: FilePath) throws(Errno) -> [TreeEntry] {
    let device = try TreeEntry(path: top).status.st_dev
    var entries: [TreeEntry] = []
    var waiting = [top]
    while let directory = waiting.popLast() {
      for name in try names(in: directory) {
        let entry = try TreeEntry(path: directory.appending(name))
        entries.append(entry)
        if entry.hasType(S_IFDIR) && entry.status.st_dev == device { waiting.append(entry.path) }
      }
    }
    return entries
  }

  private init(path: FilePath) throws(Errno) {
    var status = stat()
    guard path.withPlatformString({ lstat($0, &status) }) == 0 else {
      throw Errno(rawValue: errno)
    }
    self.path = path
    self.status = status
  }
}

/// The names in a directory, whatever bytes they are made of, without `.` and `..`.
func names(in directory: FilePath) throws(Errno) -> [FilePath.Component] {
  guard let stream = directory.withPlatformString({ opendir($0) }) else {
    throw Errno(rawValue: errno)
  }
  defer { closedir(stream) }
  var names: [FilePath.Component] = []
  errno = 0
  while let entry = readdir(stream) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
        FilePath.Component(platformString: $0)
      }
    }
    if let name, name.kind == .regular { names.append(name) }
    errno = 0
  }
  guard errno == 0 else { throw Errno(rawValue: errno) }
  return names
}
