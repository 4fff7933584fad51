package import Posix
package import SystemPackage
internal import VentiCore

/// Where that goes for which memory is not meant to grow: to temporary files, but only once it is a lot.
package struct Scratch: Sendable {
  /// Bytes that a table has in memory before it is moved to a file.
  package var memoryLimit = 20 << 20
  /// Bytes that a stack or a heap has in memory: only its end is used much.
  var endLimit: Int { max(1, memoryLimit / 8) }
  /// Directories on the way down to where a walk is, of which more is at hand than a few bytes.
  package var depthLimit = 256
  /// Where the files are made.
  package var directory = File.temporaryDirectory
  /// Makes an empty one, which has no name.
  package var makeFile: @Sendable (FilePath) throws(Errno) -> File = {
    (directory) throws(Errno) in try File.temporary(in: directory)
  }

  package init() {}

  /// The file that there is, or else a new one.
  func file(_ file: ScratchFile?) throws(ScratchError) -> ScratchFile {
    if let file { file } else { try ScratchFile(self) }
  }

  /// Parses what was written to a file.
  func parsing<Value>(
    _ body: () throws(FormatError) -> Value
  ) throws(ScratchError) -> Value {
    do throws(FormatError) {
      return try body()
    } catch {
      throw ScratchError(action: "read", directory: directory, error: .ioError)
    }
  }
}

/// Why a temporary file is of no use.
package struct ScratchError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What failed.
  package let action: String
  /// Where the file is.
  package let directory: FilePath
  /// Why.
  package let error: Errno

  package init(action: String, directory: FilePath, error: Errno) {
    (self.action, self.directory, self.error) = (action, directory, error)
  }

  /// One line for people.
  package var description: String {
    "temporary file in \(PathText.quoted(directory.bytes)): \(action): \(error); set TMPDIR to a directory with room"
  }
}

/// A temporary file that has no name, and goes with the program.
final class ScratchFile: Sendable {
  private let directory: FilePath
  private let file: File

  init(_ scratch: Scratch) throws(ScratchError) {
    directory = scratch.directory
    do throws(Errno) {
      file = try scratch.makeFile(directory)
    } catch {
      throw ScratchError(action: "make", directory: directory, error: error)
    }
  }

  func write(_ bytes: ArraySlice<UInt8>, at offset: Int) throws(ScratchError) {
    do throws(Errno) {
      try file.write(Block(Array(bytes)).bytes, at: offset)
    } catch {
      throw ScratchError(action: "write", directory: directory, error: error)
    }
  }

  /// Bytes that were written; zeros where nothing was.
  func read(_ count: Int, at offset: Int) throws(ScratchError) -> [UInt8] {
    do throws(Errno) {
      let block = try Block(
        capacity: count,
        fill: { output throws(Errno) in try file.read(count, at: offset, into: &output) })
      return block.array + [UInt8](repeating: 0, count: count - block.count)
    } catch {
      throw ScratchError(action: "read", directory: directory, error: error)
    }
  }
}
