internal import CLinux
internal import Glibc
internal import Synchronization
package import SystemPackage

// What is in a directory.
extension DirectoryHandle {
  /// Bytes of names, and what belongs to them, that are asked for at once.
  private static let listingByteCount = 1 << 15
  /// Where the name begins in a `linux_dirent64`, and the length of the whole: getdents64(2).
  private static let nameOffset = 19
  private static let lengthOffset = 16

  /// The names in the directory, in no order, without `.` and `..`.
  package func names() throws(Errno) -> [[UInt8]] {
    var names: [[UInt8]] = []
    try forEachName { names.append($0) }
    return names
  }

  /// Calls `body` with each name in the directory, in no order, without `.` and `..`.
  package func forEachName(_ body: ([UInt8]) -> Void) throws(Errno) {
    // A stream of opendir(3) would cost five calls more, as many as there are for a small directory
    // and its attributes. Who comes second needs a position of their own.
    guard isListed.exchange(true, ordering: .relaxed) else {
      // btrfs leaves out what was made since the directory was opened, or gone back to its beginning.
      _ = try systemCall { lseek(descriptor, 0, SEEK_SET) }
      return try Self.forEachName(in: descriptor, body)
    }
    let own = try systemCall { unsafe openat(descriptor, ".", Self.flags) }
    defer { close(own) }
    try Self.forEachName(in: own, body)
  }

  /// Calls `body` with each name from the position of a descriptor on.
  private static func forEachName(
    in descriptor: CInt, _ body: ([UInt8]) -> Void
  ) throws(Errno) {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: listingByteCount, alignment: MemoryLayout<UInt64>.alignment)
    defer { unsafe buffer.deallocate() }
    while let count = try unsafe read(descriptor, into: buffer), count > 0 {
      unsafe forEachName(in: UnsafeRawBufferPointer(rebasing: buffer[..<count]), body)
    }
  }

  /// - Returns: nil where the directory has been removed, so that there is nothing left in it.
  private static func read(
    _ descriptor: CInt, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int? {
    do throws(Errno) {
      return try systemCall {
        unsafe getdents64(descriptor, buffer.baseAddress, buffer.count)
      }
    } catch .noSuchFileOrDirectory {
      return nil
    }
  }

  private static func forEachName(in entries: UnsafeRawBufferPointer, _ body: ([UInt8]) -> Void) {
    var start = 0
    while start + nameOffset < entries.count {
      let length = unsafe entries.loadUnaligned(
        fromByteOffset: start + lengthOffset, as: UInt16.self)
      let end = min(start + max(nameOffset, Int(length)), entries.count)
      let name = unsafe entries[start + nameOffset..<end].prefix { $0 != 0 }
      if unsafe !isSelfOrParent(name) { unsafe body(Array(name)) }
      start = end
    }
  }

  private static func isSelfOrParent(_ name: Slice<UnsafeRawBufferPointer>) -> Bool {
    unsafe name.count <= 2 && name.allSatisfy { $0 == UInt8(ascii: ".") }
  }
}
