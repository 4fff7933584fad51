/// What `df` and `statvfs` show.
public struct FileSystemStatistics: Sendable, Hashable {
  /// The unit of the counts of blocks, in bytes.
  public var blockSize: UInt32
  /// Blocks in all.
  public var blocks: UInt64
  /// Blocks free; 0 is what a file system that nobody can write to has.
  public var freeBlocks: UInt64
  /// Files in all.
  public var files: UInt64
  /// Files that could be added.
  public var freeFiles: UInt64
  /// The longest name, in bytes.
  public var longestName: UInt32

  /// Describes a file system; what is not given is 0, names go up to 255 bytes.
  public init(
    blockSize: UInt32 = 512, blocks: UInt64 = 0, freeBlocks: UInt64 = 0, files: UInt64 = 0,
    freeFiles: UInt64 = 0, longestName: UInt32 = 255
  ) {
    self.blockSize = blockSize
    self.blocks = blocks
    self.freeBlocks = freeBlocks
    self.files = files
    self.freeFiles = freeFiles
    self.longestName = longestName
  }
}
