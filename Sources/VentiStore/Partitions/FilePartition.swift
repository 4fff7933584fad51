internal import Posix
internal import SystemPackage
public import VentiCore

/// A partition that is a file, a block device, or a range of either.
public final class FilePartition: Partition {
  /// The name that the partition was opened by.
  public let name: String
  /// Bytes of the partition.
  public let length: Int

  private let file: StoreFile
  private let start: Int

  /// What an open partition may be used for.
  public enum Access: Sendable {
    /// Opened so that no byte of it can change.
    case readOnly
    /// Reading and writing.
    case readWrite
  }

  /// Opens the partition that `name` stands for; `PartitionName` has the syntax.
  ///
  /// A file that has the whole text for its name, colons and all, goes before a range: names
  /// below `/dev/disk/by-path` are full of colons.
  public init(opening name: String, for access: Access) throws(StoreError) {
    self.name = name
    let range: Range<Int>
    (file, range) = try Self.open(name, for: access == .readOnly ? .readOnly : .readWrite)
    start = range.lowerBound
    length = range.count
  }

  /// Reads exactly `count` bytes.
  public func read(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    try check(count, at: offset)
    let block = try file.read(count, at: start + offset)
    guard block.count == count else {
      throw .shortened(partition: name, offset: start + offset + block.count)
    }
    return block
  }

  /// Reads exactly `count` bytes, unless a disk has to be waited for.
  public func readInMemory(_ count: Int, at offset: Int) throws(StoreError) -> Block? {
    try check(count, at: offset)
    return file.readInMemory(count, at: start + offset)
  }

  /// Asks the file system, which knows the holes of a sparse file.
  public func firstData(from offset: Int) -> Int {
    guard let data = file.firstData(from: start + offset) else { return length }
    return min(data - start, length)
  }

  /// Writes all of `bytes`.
  public func write(_ bytes: RawSpan, at offset: Int) throws(StoreError) {
    try check(bytes.byteCount, at: offset)
    try file.write(bytes, at: start + offset)
  }

  /// Has the system begin, and waits for nothing.
  public func beginSync(of range: Range<Int>) {
    file.beginSync(of: start + range.lowerBound..<start + range.upperBound)
  }

  /// Makes safe what was written: fdatasync(2).
  public func sync() throws(StoreError) {
    try file.sync()
  }

  /// Keeps others who lock it from having the partition, by its first byte.
  ///
  /// - Returns: nil where the system knows no such locks.
  /// - Throws: `StoreError.locked` when another process, or another place in this one, has it.
  func lock() throws(StoreError) -> ByteLock? {
    do throws(Errno) {
      return try file.lock(byte: start)
    } catch .wouldBlock {
      throw .locked(path: name, process: nil)
    } catch {
      return nil
    }
  }

  private static func open(
    _ name: String, for access: File.Access
  ) throws(StoreError) -> (StoreFile, Range<Int>) {
    do throws(StoreError) {
      let whole = try StoreFile(opening: FilePath(name), for: access)
      return (whole, 0..<whole.size)
    } catch .file(_, _, .noSuchFileOrDirectory) where name.contains(":") {
      let parsed = try PartitionName(name)
      let file = try StoreFile(opening: FilePath(parsed.path), for: access)
      return (file, try range(of: parsed.part, named: name, in: file))
    } catch {
      throw error
    }
  }

  private static func range(
    of part: PartitionName.Part, named name: String, in file: StoreFile
  ) throws(StoreError) -> Range<Int> {
    switch part {
    case .whole:
      return 0..<file.size
    case .range(let low, let high):
      let high = high ?? file.size
      guard low < high, high <= file.size else {
        throw .partitionName(name, reason: "range is beyond the \(file.size) bytes of the file")
      }
      return low..<high
    case .plan9(let part):
      guard let range = try Plan9Disk(file: file).range(of: part) else {
        throw .partitionName(name, reason: "disk has no Plan 9 partition \(quoted(part))")
      }
      return range
    }
  }
}
