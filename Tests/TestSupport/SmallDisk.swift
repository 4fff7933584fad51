public import SystemPackage

/// A file system in memory, for root: gone when the last reference goes.
public final class SmallDisk {
  /// Where it is mounted.
  public let path: FilePath

  /// Makes the directory, and mounts a file system of this size on it.
  public init(byteCount: Int, at path: FilePath) throws {
    self.path = path
    try ChildProcess.run("mkdir", path.string)
    try ChildProcess.run("mount", "-t", "tmpfs", "-o", "size=\(byteCount)", "none", path.string)
  }

  deinit {
    _ = try? ChildProcess.run("umount", "--lazy", path.string)
  }

  /// Gives it another size.
  public func resize(byteCount: Int) throws {
    try ChildProcess.run("mount", "-o", "remount,size=\(byteCount)", path.string)
  }
}
