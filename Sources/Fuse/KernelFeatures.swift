internal import CFuse

/// What the kernel can do for us, found out and asked for when it connects.
struct KernelFeatures: Sendable {
  /// ENOSYS to `open` means: succeed, keep contents, and never ask again.
  var opensFilesItself = false
  /// ENOSYS to `opendir` means: succeed, keep listings, and never ask again.
  var opensDirectoriesItself = false
  /// Look-ups and listings of a directory need not wait for one another.
  var offersParallelDirectories = false

  /// How many reads ahead may be under way at once.
  ///
  /// Far above the kernel's 12, so that reads which wait for storage do not hold up others.
  private static let readsAhead: UInt32 = 1024

  /// Nothing known yet.
  init() {}

  /// Reads what `connection` offers and asks for what serves a tree that never changes.
  init(negotiating connection: inout fuse_conn_info) {
    opensFilesItself = unsafe cfuse_offers(&connection, UInt64(FUSE_CAP_NO_OPEN_SUPPORT))
    opensDirectoriesItself = unsafe cfuse_offers(&connection, UInt64(FUSE_CAP_NO_OPENDIR_SUPPORT))
    offersParallelDirectories = unsafe cfuse_offers(
      &connection, UInt64(FUSE_CAP_PARALLEL_DIROPS))
    for capability in Self.wanted { unsafe cfuse_want(&connection, capability, true) }
    for capability in Self.unwanted { unsafe cfuse_want(&connection, capability, false) }
    connection.max_background = Self.readsAhead
    connection.congestion_threshold = Self.readsAhead / 4 * 3
  }

  private static var wanted: [UInt64] {
    [
      UInt64(FUSE_CAP_ASYNC_READ), UInt64(FUSE_CAP_PARALLEL_DIROPS),
      UInt64(FUSE_CAP_READDIRPLUS), UInt64(FUSE_CAP_CACHE_SYMLINKS),
      UInt64(FUSE_CAP_NO_OPEN_SUPPORT), UInt64(FUSE_CAP_NO_OPENDIR_SUPPORT),
      UInt64(FUSE_CAP_EXPLICIT_INVAL_DATA),
    ]
  }

  /// Readdirplus "auto" would leave attributes out of most listings; data invalidated by a
  /// change of times needs attributes before every read; and splicing requests of a hundred bytes
  /// through a pipe costs two system calls more than reading them.
  private static var unwanted: [UInt64] {
    [
      UInt64(FUSE_CAP_READDIRPLUS_AUTO), UInt64(FUSE_CAP_AUTO_INVAL_DATA),
      UInt64(FUSE_CAP_SPLICE_READ), UInt64(FUSE_CAP_SPLICE_WRITE),
      UInt64(FUSE_CAP_SPLICE_MOVE),
    ]
  }
}
