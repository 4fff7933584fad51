internal import Glibc
package import SystemPackage

/// How much memory this process may take.
package enum MemoryLimit {
  /// Bytes of addresses, as `ulimit -v` sets them; nil where there is no limit.
  package static var addressSpace: Int? {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0 else { return nil }
    return Int(exactly: limit.rlim_cur)
  }

  /// Bytes that its control group may have, and those that this one is in: the least of them; nil where
  /// there is no limit.
  ///
  /// - Parameters:
  ///   - path: of the group, as cgroups(7) has it in `/proc/self/cgroup`.
  ///   - root: where groups are mounted.
  package static func controlGroup(
    at path: FilePath? = ownGroup, under root: FilePath = "/sys/fs/cgroup"
  ) -> Int? {
    guard var path else { return nil }
    var limits: [Int] = []
    while true {
      let file = root.appending(path.components).appending("memory.max")
      if let limit = number(in: file) { limits.append(limit) }
      guard path.removeLastComponent() else { return limits.min() }
    }
  }

  /// The control group of this process.
  package static var ownGroup: FilePath? {
    let title = "0::"
    guard let bytes = try? SmallFile.read("/proc/self/cgroup") else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .first { $0.hasPrefix(title) }
      .map { FilePath(String($0.dropFirst(title.count))) }
  }

  /// The number in a file; nil for `max`, and where there is no file.
  private static func number(in path: FilePath) -> Int? {
    guard let bytes = try? SmallFile.read(path) else { return nil }
    return Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
  }
}
