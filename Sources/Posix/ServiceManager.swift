internal import Glibc

/// The service manager that started this process, systemd or one like it: sd_notify(3),
/// sd_listen_fds(3).
public enum ServiceManager {
  /// A socket that listens already, as the manager hands it over.
  public struct Socket: Sendable, Equatable {
    /// Its number in this process, which closes it in the end.
    public let descriptor: CInt
    /// What the manager calls it; empty when it says nothing.
    public let name: String
    /// Whether it is one of the internet protocol, not a Unix socket.
    public let isInternet: Bool
  }

  /// The first descriptor that is handed over.
  private static let firstDescriptor: CInt = 3
  /// Far more sockets than any service has.
  private static let socketLimit: CInt = 256

  /// Tells the manager something: `READY=1`, `STOPPING=1`, `STATUS=…`; several stand in lines.
  ///
  /// Without a manager that wants to hear it, nothing happens.
  public static func notify(_ state: String) {
    guard let path = Environment["NOTIFY_SOCKET"], var address = socketAddress(path) else { return }
    let descriptor = socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let text = Array(state.utf8)
    let length = socklen_t(MemoryLayout<sa_family_t>.size + path.utf8.count)
    unsafe withUnsafePointer(to: &address) { address in
      unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        _ = unsafe sendto(
          descriptor, text, text.count, CInt(MSG_NOSIGNAL), address, length)
      }
    }
  }

  /// How often the manager wants to hear `WATCHDOG=1`; nil when it does not.
  ///
  /// It takes a service for dead that says nothing for so long.
  public static var watchdogSeconds: Double? {
    let process = Environment["WATCHDOG_PID"].map { pid_t($0) }
    guard process == nil || process == getpid(),
      let microseconds = Environment["WATCHDOG_USEC"].flatMap({ UInt64($0) }), microseconds > 0
    else { return nil }
    return Double(microseconds) / 1e6
  }

  /// Takes the sockets that the manager has handed over; programs that this one starts do not get
  /// them.
  ///
  /// - Throws: when it is not clear how many: whoever listens elsewhere instead may be reached by
  ///   those who should not.
  public static func takeSockets() throws(ServiceManagerError) -> [Socket] {
    guard let process = Environment["LISTEN_PID"], let listed = Environment["LISTEN_FDS"] else {
      return []
    }
    guard let number = pid_t(process) else {
      throw ServiceManagerError(
        variable: "LISTEN_PID", found: process, expected: "number of a process")
    }
    // Those of another process, which left its environment to this one.
    guard number == getpid() else { return [] }
    guard let count = CInt(listed), (0...socketLimit).contains(count) else {
      throw ServiceManagerError(
        variable: "LISTEN_FDS", found: listed, expected: "number of sockets, at most \(socketLimit)"
      )
    }
    let names = (Environment["LISTEN_FDNAMES"] ?? "")
      .split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    for variable in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsafe unsetenv(variable) }
    return (0..<count).map { number in
      let descriptor = firstDescriptor + number
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      let name = Int(number) < names.count ? names[Int(number)] : ""
      return Socket(
        descriptor: descriptor, name: name,
        isInternet: [AF_INET, AF_INET6].contains(family(of: descriptor)))
    }
  }

  private static func family(of descriptor: CInt) -> CInt {
    var family: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    return unsafe getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &length) == 0 ? family : -1
  }

  /// The address of a socket in the file system, or with `@` in Linux's abstract name space.
  private static func socketAddress(_ path: String) -> sockaddr_un? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(path.utf8)
    let isFitting = unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
      guard !bytes.isEmpty, bytes.count < field.count else { return false }
      if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
      unsafe field.copyBytes(from: bytes)
      return true
    }
    return isFitting ? address : nil
  }
}
