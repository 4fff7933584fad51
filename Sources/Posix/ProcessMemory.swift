internal import CLinux

/// The memory of this process.
package enum ProcessMemory {
  /// Has memory that is let go stay with the process, up to 64 MiB of it.
  ///
  /// Otherwise the C library gives it back as soon as 128 KiB are free, and the next blocks find
  /// pages that the system has to make, and clear, anew. For processes that take and let go blocks
  /// as long as they run: mallopt(3).
  package static func keepFreed() {
    _ = mallopt(M_TRIM_THRESHOLD, 64 << 20)
    _ = mallopt(M_MMAP_THRESHOLD, 1 << 20)
  }
}
