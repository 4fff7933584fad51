internal import Glibc
internal import Posix
public import SystemPackage

/// What `/proc/self/mounts` says is mounted.
public enum MountTable {
  /// A mount.
  public struct Line: Sendable, Equatable {
    /// What is mounted, as the mount calls it.
    public let source: String
    /// The type of file system.
    public let type: String
    /// The options.
    public let options: [String]
  }

  /// The mount at a path; nil when nothing is mounted there.
  ///
  /// The path must have no symbolic links, and no characters that the table escapes.
  public static func line(for path: FilePath) throws -> Line? {
    let table = try FileDescriptor.open("/proc/self/mounts", .readOnly)
    defer { try? table.close() }
    return try line(for: path, in: table)
  }

  /// Waits until something is mounted at a path.
  ///
  /// - Returns: whether it was in time.
  public static func waitForMount(at path: FilePath, within seconds: Double) throws -> Bool {
    try wait(for: path, mounted: true, seconds)
  }

  /// Waits until nothing is mounted at a path any more.
  ///
  /// - Returns: whether it was in time.
  public static func waitForUnmount(
    at path: FilePath, within seconds: Double
  ) throws -> Bool {
    try wait(for: path, mounted: false, seconds)
  }

  private static func wait(
    for path: FilePath, mounted: Bool, _ seconds: Double
  ) throws -> Bool {
    let table = try FileDescriptor.open("/proc/self/mounts", .readOnly)
    defer { try? table.close() }
    let deadline = Deadline.after(seconds: seconds)
    while try (line(for: path, in: table) != nil) != mounted {
      guard !deadline.hasPassed else { return false }
      // The kernel marks an open table when it changes: proc_pid_mounts(5).
      var change = pollfd(fd: table.rawValue, events: Int16(POLLPRI), revents: 0)
      poll(&change, 1, 1000)
    }
    return true
  }

  private static func line(
    for path: FilePath, in table: FileDescriptor
  ) throws -> Line? {
    let text = String(decoding: try contents(of: table), as: UTF8.self)
    // The last line of a path is the mount that hides the others.
    for line in text.split(separator: "\n").reversed() {
      let fields = line.split(separator: " ").map(String.init)
      guard fields.count >= 4, fields[1] == path.string else { continue }
      return Line(
        source: fields[0], type: fields[2],
        options: fields[3].split(separator: ",").map(String.init))
    }
    return nil
  }

  private static func contents(of table: FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    lseek(table.rawValue, 0, SEEK_SET)
    while true {
      let count = read(table.rawValue, &part, part.count)
      guard count >= 0 else { throw Errno(rawValue: errno) }
      if count == 0 { return bytes }
      bytes += part[..<count]
    }
  }
}
