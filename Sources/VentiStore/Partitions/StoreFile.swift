internal import Posix
internal import SystemPackage
internal import VentiCore

/// An open file whose errors say what was done to it.
struct StoreFile: Sendable {
  private let file: File
  private let path: FilePath
  let size: Int

  init(opening path: FilePath, for access: File.Access) throws(StoreError) {
    self.path = path
    do throws(Errno) {
      file = try File(opening: path, for: access)
      size = try file.size()
    } catch {
      throw .file(path: path.string, operation: "open", error)
    }
  }

  /// Reads bytes at an offset; fewer where the file ends.
  func read(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    do throws(Errno) {
      return try Block(capacity: count) { (output) throws(Errno) in
        try file.read(count, at: offset, into: &output)
      }
    } catch {
      throw .file(path: path.string, operation: "read \(count) bytes at \(offset)", error)
    }
  }

  /// Reads bytes at an offset if the system has them in memory.
  func readInMemory(_ count: Int, at offset: Int) -> Block? {
    var isThere = false
    let block = Block(capacity: count) { output in
      isThere = file.readInMemory(count, at: offset, into: &output)
    }
    return isThere ? block : nil
  }

  /// The first byte at or after `offset` that may be other than zero; nil when there is none.
  func firstData(from offset: Int) -> Int? {
    do throws(Errno) {
      return try file.firstData(from: offset)
    } catch {
      // What cannot tell may have data anywhere.
      return offset
    }
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StoreError) {
    do throws(Errno) {
      try file.write(bytes, at: offset)
    } catch {
      throw .file(
        path: path.string, operation: "write \(bytes.byteCount) bytes at \(offset)", error)
    }
  }

  /// Locks a byte, for whoever has the file open.
  func lock(byte offset: Int) throws(Errno) -> ByteLock {
    try ByteLock(file, at: offset)
  }

  /// Begins a sync; whether there is an error, that will tell.
  func beginSync(of range: Range<Int>) {
    file.beginToSynchronize(range)
  }

  func sync() throws(StoreError) {
    do throws(Errno) {
      try file.synchronize()
    } catch {
      throw .file(path: path.string, operation: "sync", error)
    }
  }
}
