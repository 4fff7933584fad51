internal import Glibc
public import SystemPackage

/// The directory from which this process takes relative paths.
public enum WorkingDirectory {
  /// A path that is good from any directory; the same path when the working directory is gone.
  ///
  /// Symbolic links stay as they are, and so does '..' behind a name, which may be one.
  public static func absolute(_ path: FilePath) -> FilePath {
    guard path.isRelative, let text = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(text) }
    var whole = unsafe FilePath(platformString: text)
    let components = path.components.filter { $0.kind != .currentDirectory }
    let above = components.prefix { $0.kind == .parentDirectory }
    for _ in above { whole.removeLastComponent() }
    for component in components.dropFirst(above.count) { whole.append(component) }
    return whole
  }
}
