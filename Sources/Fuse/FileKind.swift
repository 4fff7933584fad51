/// What a file is: the part of `st_mode` that never changes.
public enum FileKind: Sendable, Hashable {
  /// A file with contents.
  case regular
  /// A list of names.
  case directory
  /// A name for another path.
  case symbolicLink
  /// A device read by the character; the number is `st_rdev` as `makedev` packs it.
  case characterDevice(UInt64)
  /// A device read by the block; the number is `st_rdev` as `makedev` packs it.
  case blockDevice(UInt64)
  /// A named pipe.
  case fifo
  /// A Unix socket.
  case socket
}
