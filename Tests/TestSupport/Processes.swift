internal import Glibc
internal import SystemPackage

/// The processes of this machine.
public enum Processes {
  /// The number of a process other than this one that was started with a certain argument.
  public static func first(withArgument argument: String) -> Int32? {
    guard let stream = opendir("/proc") else { return nil }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { name in
        String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let number = Int32(name), number != getpid() else { continue }
      if arguments(of: number).contains(argument) { return number }
    }
    return nil
  }

  private static func arguments(of process: Int32) -> [String] {
    // A process may end at any moment: then it has no arguments.
    guard let file = try? FileDescriptor.open(FilePath("/proc/\(process)/cmdline"), .readOnly)
    else { return [] }
    defer { try? file.close() }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0) }) ?? 0
    return bytes[..<count].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
  }
}
