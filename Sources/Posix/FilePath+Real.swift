internal import Glibc
public import SystemPackage

extension FilePath {
  /// The absolute path of what is here, without `.`, `..` and symbolic links: realpath(3).
  public func real() throws(Errno) -> FilePath {
    guard let real = unsafe withPlatformString({ unsafe realpath($0, nil) }) else {
      throw Errno(rawValue: errno)
    }
    defer { unsafe free(real) }
    return unsafe FilePath(platformString: real)
  }
}
