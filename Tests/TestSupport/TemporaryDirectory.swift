internal import Glibc
internal import Posix
public import SystemPackage

/// A fresh directory, removed with all that is in it when the last reference goes.
///
/// Keep it in a property of the suite: Swift Testing makes a suite anew for each test, so it
/// lives exactly as long as the test does. A local variable may be released after its last
/// use, while its path is still in use; there, call `withTemporaryDirectory`.
public final class TemporaryDirectory: Sendable {
  /// The directory's absolute path.
  public let path: FilePath

  /// Makes a directory in `$TMPDIR`, else `/tmp`.
  public init() throws(Errno) {
    let parent = FilePath(TestEnvironment.variable("TMPDIR") ?? "/tmp")
    var template = Array(parent.appending("vacfs-test-XXXXXX").string.utf8CString)
    guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
    path = FilePath(platformString: template)
  }

  deinit {
    // A mount that a failed test left behind stands on another device: it is not entered.
    _ = try? ChildProcess.run("rm", "-rf", "--one-file-system", path.string)
  }
}

/// Runs `body` with a fresh directory, which is removed afterwards.
public func withTemporaryDirectory<Result>(
  _ body: (FilePath) throws -> Result
) throws -> Result {
  let directory = try TemporaryDirectory()
  return try withExtendedLifetime(directory) { try body($0.path) }
}
