internal import Posix
package import SystemPackage
internal import VentiCore

/// Where the files of a store are made: a file system, or what a test puts in its place.
///
/// What is created is there after a power cut once `synchronize` has returned for its directory.
package protocol StoreVolume: Sendable {
  /// Whether there is a file of any kind.
  func exists(_ path: FilePath) -> Bool

  /// Makes a directory unless there is one.
  func createDirectory(_ path: FilePath) throws(StoreError)

  /// Creates a file of zeros, sparse.
  ///
  /// - Throws: `StoreError.inconsistent` when there is a file of that name.
  func createFile(_ path: FilePath, byteCount: Int) throws(StoreError)

  /// Removes a file.
  func removeFile(_ path: FilePath) throws(StoreError)

  /// Reads a file of text.
  func text(of path: FilePath) throws(StoreError) -> String

  /// Puts a file that holds `text` in the place of another, or makes it, for good: whatever happens,
  /// it holds what it held before, or all of `text`.
  func replaceFile(_ path: FilePath, text: String) throws(StoreError)

  /// Returns once the names in a directory survive a power cut.
  func synchronize(_ directory: FilePath) throws(StoreError)

  /// Opens a partition for reading and writing.
  func open(_ name: String) throws(StoreError) -> any Partition
}

extension StoreError {
  /// A file stands where one of the store is to be made.
  package static func stray(_ path: FilePath) -> StoreError {
    .inconsistent(
      place: quoted(path.string),
      reason: "is there, and the venti.conf of this directory does not name it: an interrupted "
        + "'venti init' or 'venti grow' may have left it; if no other venti.conf names it, remove it"
    )
  }
}

/// The file systems of this machine.
struct LocalVolume: StoreVolume {
  func exists(_ path: FilePath) -> Bool { FileType(of: path) != nil }

  func createDirectory(_ path: FilePath) throws(StoreError) {
    guard !exists(path) else { return }
    try system("make directory", path) { () throws(Errno) in
      try File.createDirectory(path)
      try File.synchronizeDirectory(path.parent)
    }
  }

  func createFile(_ path: FilePath, byteCount: Int) throws(StoreError) {
    guard !exists(path) else { throw .stray(path) }
    try system("create", path) { () throws(Errno) in
      try File.create(path, byteCount: byteCount)
    }
  }

  func removeFile(_ path: FilePath) throws(StoreError) {
    try system("remove", path) { () throws(Errno) in try File.remove(path) }
  }

  func text(of path: FilePath) throws(StoreError) -> String {
    let file = try StoreFile(opening: path, for: .readOnly)
    return String(decoding: try file.read(file.size, at: 0).array, as: UTF8.self)
  }

  func replaceFile(_ path: FilePath, text: String) throws(StoreError) {
    try system("write", path) { () throws(Errno) in try File.replace(path, text: text) }
  }

  func synchronize(_ directory: FilePath) throws(StoreError) {
    try system("sync", directory) { () throws(Errno) in
      try File.synchronizeDirectory(directory)
    }
  }

  func open(_ name: String) throws(StoreError) -> any Partition {
    try FilePartition(opening: name, for: .readWrite)
  }

  private func system(
    _ operation: String, _ path: FilePath, _ body: () throws(Errno) -> Void
  ) throws(StoreError) {
    do throws(Errno) {
      try body()
    } catch {
      throw .file(path: path.string, operation: operation, error)
    }
  }
}

extension FilePath {
  /// The directory of the file.
  fileprivate var parent: FilePath {
    let parent = removingLastComponent()
    return parent.isEmpty ? "." : parent
  }
}
