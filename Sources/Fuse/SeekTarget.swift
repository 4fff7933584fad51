/// What `lseek` looks for.
public enum SeekTarget: Sendable, Hashable {
  /// The next byte that is stored (`SEEK_DATA`).
  case data
  /// The next byte of a hole; the end of the file counts as one (`SEEK_HOLE`).
  case hole
}
