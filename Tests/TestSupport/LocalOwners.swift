internal import Glibc

/// How the owners of the plan9port fixtures show on this machine.
///
/// Their manifests were made on Debian, where an archive's names stood for the numbers below.
/// A name that this machine does not know shows as the user who mounts; a number as itself.
enum LocalOwners {
  private static let users: [UInt32: String] = [0: "root", 1: "daemon", 65534: "nobody"]
  private static let groups: [UInt32: String] = [0: "root", 1: "daemon", 65534: "nogroup"]

  static func user(_ number: UInt32) -> UInt32 {
    guard let name = users[number] else { return number }
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: bufferSize)
    getpwnam_r(name, &entry, &buffer, buffer.count, &found)
    return found?.pointee.pw_uid ?? geteuid()
  }

  static func group(_ number: UInt32) -> UInt32 {
    guard let name = groups[number] else { return number }
    var entry = Glibc.group()
    var found: UnsafeMutablePointer<Glibc.group>?
    var buffer = [CChar](repeating: 0, count: bufferSize)
    getgrnam_r(name, &entry, &buffer, buffer.count, &found)
    return found?.pointee.gr_gid ?? getegid()
  }

  /// Bytes for the text of one line of `/etc/passwd` or `/etc/group`.
  private static let bufferSize = 1 << 16
}
