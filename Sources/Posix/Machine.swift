internal import Glibc
internal import SystemPackage

/// What this process runs on, and as.
package enum Machine {
  /// Processors that the system had online when this was first asked, 1 at least.
  ///
  /// Kept, since sysconf(3) reads a file of /sys for it.
  package static let processorCount = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

  /// The permissions that files made by this process do not get.
  ///
  /// From proc(5), since umask(2) tells it only by changing it, for all threads. Where there is no
  /// /proc, the usual value.
  package static var umask: UInt16 {
    let usual: UInt16 = 0o022
    let label = "Umask:\t"
    guard let status = try? Self.read("/proc/self/status"),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix(label) })
    else { return usual }
    return UInt16(line.dropFirst(label.count), radix: 8) ?? usual
  }

  /// Reads a short file of /proc, whose size is not known before.
  private static func read(_ path: FilePath) throws -> String {
    let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    defer { try? file.close() }
    let limit = 1 << 12
    return try unsafe String(unsafeUninitializedCapacity: limit) { buffer in
      try unsafe file.read(into: UnsafeMutableRawBufferPointer(buffer))
    }
  }
}
