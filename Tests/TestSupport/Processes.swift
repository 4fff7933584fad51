internal import Glibc
internal import Posix
internal import SystemPackage

/// The processes of this machine.
public enum Processes {
  /// The number of a process other than this one that was started with a certain argument.
  public static func first(withArgument argument: String) -> Int32? {
    for entry in (try? names(in: "/proc")) ?? [] {
      guard let number = Int32(entry.string), number != getpid() else { continue }
      if arguments(of: number).contains(argument) { return number }
    }
    return nil
  }

  /// Whether none of a process's threads runs until it is told to go on.
  public static func isStopped(_ process: Int32) -> Bool {
    guard let threads = try? names(in: FilePath("/proc/\(process)/task")) else { return false }
    return threads.allSatisfy { state(of: "\(process)/task/\($0)")?.letter == "T" }
  }

  /// Whether a process runs the program of that name, and waits for something.
  public static func isAsleep(_ process: Int32, in program: Substring) -> Bool {
    guard let (name, letter) = state(of: "\(process)") else { return false }
    return name == program && (letter == "S" || letter == "D")
  }

  /// The name and the state of a process or a thread (proc_pid_stat(5)); nil when it has ended.
  private static func state(of entry: String) -> (name: Substring, letter: Character)? {
    guard let file = try? FileDescriptor.open(FilePath("/proc/\(entry)/stat"), .readOnly),
      let line = try? file.closeAfter({ try file.readAll(limit: 4096) })
    else { return nil }
    let text = String(decoding: line, as: UTF8.self)
    guard let start = text.firstIndex(of: "("), let end = text.lastIndex(of: ")"),
      let letter = text[end...].dropFirst(2).first
    else { return nil }
    return (text[text.index(after: start)..<end], letter)
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
