internal import Glibc

/// What this process runs on, and as.
package enum Machine {
  /// Processors that the system has online, 1 at least.
  package static var processorCount: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  /// The permissions that files made by this process do not get.
  ///
  /// Read it before there are other threads: to read it, it has to be set for a moment.
  package static var umask: UInt16 {
    let mask = Glibc.umask(0o077)
    _ = Glibc.umask(mask)
    return UInt16(truncatingIfNeeded: mask)
  }
}
