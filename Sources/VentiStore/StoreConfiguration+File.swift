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
    } catch {
      guard error == .noSuchFileOrDirectory, let name = try? PartitionName(given.string),
        name.part != .whole
      else { throw .file(path: path.string, operation: "open", error) }
      let partition = try FilePartition(opening: given.string, for: .readOnly)
      let text = try partition.read(Self.maximumByteCount, at: Self.embeddedOffset).array
      try self.init(parsing: Self.embedded(text, in: given), path: given)
      return
    }
    let isPartition = size > PartitionLayout.blankByteCount
    guard isPartition || size <= Self.maximumByteCount else {
      throw .configuration(
        path: path.string, line: nil,
        reason: "file has \(size) bytes, at most \(Self.maximumByteCount) expected")
    }
    let text = try Self.read(file, at: isPartition ? Self.embeddedOffset : 0, of: path)
    try self.init(parsing: isPartition ? Self.embedded(text, in: path) : text, path: path)
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

  private static func read(
    _ file: File, at offset: Int, of path: FilePath
  ) throws(StoreError) -> [UInt8] {
    do throws(Errno) {
      return try Block(capacity: maximumByteCount) { output throws(Errno) in
        try file.read(maximumByteCount, at: offset, into: &output)
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
    let title = Array("\(embeddedTitle)\n".utf8)
    guard text.starts(with: title) else {
      throw .configuration(
        path: path.string, line: nil,
        reason: "partition has no '\(embeddedTitle)' at byte \(embeddedOffset)")
    }
    return Array(text.dropFirst(title.count))
  }
}
