internal import Glibc
public import SystemPackage

/// The directory from which this process takes relative paths.
public enum WorkingDirectory {
  /// A path that is good from any directory; the same path when the working directory is gone.
  ///
  /// Symbolic links stay as they are.
  public static func absolute(_ path: FilePath) -> FilePath {
    guard path.isRelative, let text = unsafe getcwd(nil, 0) else { return path }
    defer { unsafe free(text) }
    var whole = unsafe FilePath(platformString: text)
    for component in path.components where component.kind != .currentDirectory {
      whole.append(component)
    }
    return whole
  }
}
