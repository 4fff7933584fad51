internal import Glibc
internal import Posix
public import SystemPackage

/// An archive that a test mounts as a user does: by the built `vacfs`.
///
/// `vacfs` holds a lock on a file for as long as it, or anything it has started, lives: that is
/// how `end` knows that nothing is left behind.
public final class ArchiveMount: Sendable {
  /// Seconds that mounting and unmounting may take.
  public static let limit = 60.0

  /// The mountpoint.
  public let path: FilePath

  private let directory: TemporaryDirectory
  /// The process in the foreground; nil in the background, where it ended before init does.
  private let foreground: ChildProcess?

  /// Mounts, and waits until the mount answers.
  ///
  /// - Parameters:
  ///   - archive: a `.vac` file or `vac:` and a score.
  ///   - store: what `-h` is given.
  ///   - arguments: what else comes before the archive; with `-f` the process stays a child.
  public init(_ archive: String, from store: String, _ arguments: [String] = []) throws {
    directory = try TemporaryDirectory()
    path = directory.path.appending("mnt")
    try FileDescriptor.makeDirectory(path)
    let words = ["-h", store] + arguments + [archive, path.string]
    let child = try Self.start(words, lock: Self.lock(in: directory))
    guard arguments.contains("-f") else {
      foreground = nil
      let status = try child.waitForExit(within: Self.limit)
      guard status == .success else {
        throw ArchiveMountError("vacfs \(words): \(status)\n\(child.errorOutput)")
      }
      return
    }
    foreground = child
    guard try MountTable.waitForMount(at: path, within: Self.limit) else {
      child.signal(SIGKILL)
      throw ArchiveMountError("vacfs \(words): no mount\n\(child.errorOutput)")
    }
  }

  /// Starts `vacfs` without waiting for anything, with a lock for as long as it lives.
  ///
  /// - Parameter lock: a file that is made for it.
  public static func start(_ arguments: [String], lock: FilePath) throws -> ChildProcess {
    try ChildProcess(
      "flock", ["--no-fork", lock.string, Fixture.program("vacfs").string] + arguments)
  }

  /// What has come on standard error; in the foreground only.
  public var errorOutput: String { foreground?.errorOutput ?? "" }

  /// Waits until something has come on standard error; in the foreground only.
  public func waitForErrorOutput(_ text: String) throws {
    try foreground?.waitForOutput(text)
  }

  /// What the kernel says of the mount; nil when it is gone.
  public var line: MountTable.Line? {
    get throws { try MountTable.line(for: path) }
  }

  /// The number of the process that serves the mount.
  public var processIdentifier: Int32 {
    get throws {
      if let foreground { return foreground.processIdentifier }
      guard let number = Processes.first(withArgument: path.string) else {
        throw ArchiveMountError("\(path): no process serves it")
      }
      return number
    }
  }

  /// Waits until no process of the mount lives any more, and the mount is gone.
  public func waitForEnd(within seconds: Double = limit) throws {
    let lock = Self.lock(in: directory)
    let waiter = try ChildProcess("flock", ["--timeout", "\(seconds)", lock.string, "true"])
    guard try waiter.waitForExit(within: seconds + 10) == .success else {
      throw ArchiveMountError("\(path): still served after \(seconds) seconds\n\(errorOutput)")
    }
    // Who takes the mount away after a crash is a process of its own, which has to get its turn.
    guard try MountTable.waitForUnmount(at: path, within: seconds) else {
      throw ArchiveMountError("\(path): process ended, mount left behind")
    }
  }

  /// Unmounts where that has not been done yet, and makes sure that nothing is left behind.
  public func end() throws {
    if try line != nil {
      do {
        try ChildProcess.run("fusermount3", "-u", path.string)
      } catch {
        remove()
        throw error
      }
    }
    do {
      try waitForEnd()
    } catch {
      remove()
      throw error
    }
  }

  /// Takes away what a failed test has left.
  private func remove() {
    if let number = Processes.first(withArgument: path.string) { kill(number, SIGKILL) }
    _ = try? ChildProcess.run("fusermount3", "-u", "-z", path.string)
  }

  private static func lock(in directory: TemporaryDirectory) -> FilePath {
    directory.path.appending("lock")
  }
}

/// Mounts an archive for as long as `body` runs.
///
/// Whatever becomes of `body`, the archive is unmounted afterwards, and it is an error if that
/// does not work or if a process stays.
@discardableResult
public func withMount<Result>(
  of archive: String, from store: String, _ arguments: [String] = [],
  _ body: (ArchiveMount) throws -> Result
) throws -> Result {
  let mount = try ArchiveMount(archive, from: store, arguments)
  let result = Swift.Result { try body(mount) }
  let ending = Swift.Result { try mount.end() }
  // The body's error says more; what came after it is likely to follow from it.
  let value = try result.get()
  try ending.get()
  return value
}

/// Why a mount did not come or go.
public struct ArchiveMountError: Error, CustomStringConvertible {
  /// What happened.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

extension FileDescriptor {
  fileprivate static func makeDirectory(_ path: FilePath) throws(Errno) {
    guard path.withPlatformString({ mkdir($0, 0o755) }) == 0 else {
      throw Errno(rawValue: errno)
    }
  }
}
