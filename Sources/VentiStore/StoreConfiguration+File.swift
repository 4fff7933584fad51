internal import Posix
public import SystemPackage
internal import VentiCore

extension StoreConfiguration {
  /// Reads a configuration: a text file, a directory that holds a `venti.conf`, or a partition, as
  /// `PartitionName` has it, that holds a copy.
  ///
  /// What is longer than 262144 bytes is taken for a partition.
  public init(contentsOf path: FilePath) throws(StoreError) {
    let given = path
    var path = path
    let file: File
    let size: Int
    do throws(Errno) {
      (file, size) = try Self.open(&path)
    } catch .noSuchFileOrDirectory where path != given {
      throw .configuration(
        path: given.string, line: nil,
        reason: "directory holds no store: it has no \(Self.fileName); 'venti init' makes one")
    } catch .noSuchFileOrDirectory {
      guard let name = try? PartitionName(given.string), name.part != .whole else {
        throw .configuration(
          path: given.string, line: nil,
          reason: "no such file or directory; 'venti init' makes a store")
      }
      try self.init(embeddedIn: given)
      return
    } catch {
      throw .file(path: path.string, operation: "open", error)
    }
    guard size <= PartitionLayout.blankByteCount else {
      try self.init(embeddedIn: path)
      return
    }
    guard size <= Self.maximumByteCount else {
      throw .configuration(
        path: path.string, line: nil,
        reason: "file has \(size) bytes, at most \(Self.maximumByteCount) expected")
    }
    try self.init(parsing: Self.read(file, of: path), path: path)
  }

  /// What changes as the store is written to: the files and devices that hold it, and its lock.
  package var changingFiles: [FilePath] {
    let partitions = (arenas + sections + [bloom].compactMap { $0 }).map { name in
      let file = FilePath(name)
      guard FileType(of: file) == nil, let part = try? PartitionName(name) else { return file }
      return FilePath(part.path)
    }
    return partitions + [lockPath]
  }

  /// Reads the copy that a partition holds.
  private init(embeddedIn path: FilePath) throws(StoreError) {
    let partition = try FilePartition(opening: path.string, for: .readOnly)
    let bytes = try partition.read(Self.maximumByteCount, at: Self.embeddedOffset).array
    try self.init(parsing: Self.embedded(bytes, in: path), path: path)
    isEmbedded = true
  }

  /// Opens the file, or the one in the directory, which `path` then names.
  private static func open(_ path: inout FilePath) throws(Errno) -> (File, size: Int) {
    let file = try File(opening: path, for: .readOnly)
    do throws(Errno) {
      return (file, try file.size())
    } catch .isDirectory {
      path.append(fileName)
      let file = try File(opening: path, for: .readOnly)
      return (file, try file.size())
    }
  }

  private static func read(_ file: File, of path: FilePath) throws(StoreError) -> [UInt8] {
    do throws(Errno) {
      return try Block(capacity: maximumByteCount) { output throws(Errno) in
        try file.read(maximumByteCount, at: 0, into: &output)
      }.array
    } catch {
      throw .file(path: path.string, operation: "read", error)
    }
  }

  /// The text behind the title of a copy in a partition.
  private static func embedded(
    _ bytes: [UInt8], in path: FilePath
  ) throws(StoreError) -> [UInt8] {
    let text = bytes.prefix { $0 != 0 }
    guard text.starts(with: embeddedTitle.utf8) else {
      throw .configuration(
        path: path.string, line: nil,
        reason: "partition has no 'venti config' at byte \(embeddedOffset)")
    }
    return Array(text.dropFirst(embeddedTitle.utf8.count))
  }
}
