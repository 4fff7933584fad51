internal import Posix
internal import SystemPackage
internal import VentiCore

/// A file on its way into the target.
///
/// A new file grows under a name of its own, and takes its place in one step when it is whole:
/// what is seen under the final name is the old file or the new one, never a part. Where its directory
/// has a name of its own for so long, or the file is rewritten in place, it has no second name.
struct FileInProgress: Sendable {
  let directory: DirectoryHandle
  let name: [UInt8]
  /// The name until the file is whole.
  let firstName: [UInt8]
  /// Whether it was made; else it is rewritten in place.
  let isNew: Bool
  let file: File
  let contents: Contents
  let counters: RestoreCounters

  /// The file, for setting its attributes.
  var subject: FileSubject {
    FileSubject(directory: directory, name: firstName, open: file, isNew: isNew)
  }

  /// Writes a range of the contents.
  ///
  /// - Returns: where the last byte stands that was written; what follows is a hole.
  @discardableResult
  func write(_ range: Range<Int>) throws(RestoreError) -> Int {
    guard isNew else {
      try rewrite(range)
      return range.upperBound
    }
    var end = 0
    try contents.read(range) { (slice, offset) throws(RestoreError) in
      guard case .bytes(let block) = slice else { return true }
      try write(block, at: offset)
      end = offset + block.count
      return true
    }
    return end
  }

  /// Makes the file as long as the archive has it.
  func setSize() throws(RestoreError) {
    try attempt("set size") { () throws(Errno) in try file.setSize(contents.size) }
  }

  /// Puts the file in its place.
  func commit() throws(RestoreError) {
    if firstName != name { try directory.replace(name, by: firstName) }
  }

  /// Leaves nothing of a file that is not whole.
  func abandon() {
    if isNew { try? directory.remove(firstName) }
  }

  private func rewrite(_ range: Range<Int>) throws(RestoreError) {
    var changed = 0
    let comparison = FileComparison(contents: contents, file: file)
    try comparison.differences(in: range) { (slice, offset) throws(RestoreError) in
      changed += slice.count
      switch slice {
      case .bytes(let block): try write(block, at: offset)
      case .zeros(let count): try clear(offset..<offset + count)
      }
      return true
    }
    counters.bytesUnchanged.add(range.count - changed)
  }

  private func write(_ block: Block, at offset: Int) throws(RestoreError) {
    try attempt("write") { () throws(Errno) in try file.write(block.bytes, at: offset) }
    counters.bytesWritten.add(block.count)
  }

  private func clear(_ range: Range<Int>) throws(RestoreError) {
    do throws(Errno) {
      try file.punchHole(range)
    } catch .notSupported {
      // This file system has no holes: there it takes zeros.
      try write(Block([UInt8](repeating: 0, count: range.count)), at: range.lowerBound)
    } catch {
      throw .system("make hole", error)
    }
  }
}

extension DirectoryHandle {
  /// Puts a file in the place of `name`, whatever is there but a directory.
  ///
  /// When that fails, the temporary name is gone as well.
  func replace(_ name: [UInt8], by temporaryName: [UInt8]) throws(RestoreError) {
    do throws(Errno) {
      try rename(temporaryName, to: name)
    } catch {
      try? remove(temporaryName)
      throw error == .isDirectory ? .isDirectory : .system("rename", error)
    }
  }
}
