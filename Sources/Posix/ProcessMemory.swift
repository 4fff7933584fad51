internal import CLinux

/// The memory of this process.
package enum ProcessMemory {
  /// Has memory that is let go stay with the process, up to 64 MiB of it, for whichever thread asks
  /// next.
  ///
  /// Otherwise the C library gives it back as soon as 128 KiB are free, and the next blocks find
  /// pages that the system has to make, and clear, anew; it keeps memory for eight times as many
  /// threads as there are processors, each of which fills its own; and it asks the system for the
  /// right to use it page by page. For processes that take and let go blocks as long as they run:
  /// mallopt(3). Called before there are threads.
  package static func keepFreed() {
    _ = mallopt(M_TRIM_THRESHOLD, 64 << 20)
    _ = mallopt(M_MMAP_THRESHOLD, 1 << 20)
    _ = mallopt(M_ARENA_MAX, Int32(clamping: Machine.processorCount))
    _ = mallopt(M_TOP_PAD, 32 << 20)
  }
}
