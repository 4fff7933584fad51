internal import Posix
internal import VentiCore

/// Directories to which their owner has no access in the end, and that have to be passed until then.
///
/// They are noted by a few bytes, in a temporary file once they are many.
final class ClosedDirectories: Sendable {
  /// What lets an owner list a directory, and find what is in it.
  static let access: UInt16 = 0o500
  private static let byteCount = 10

  private let scratch: Scratch
  private let log: DirectoryLog
  private let heap: Monitor<ByteHeap>

  init(_ log: DirectoryLog, _ scratch: Scratch) {
    self.scratch = scratch
    self.log = log
    heap = Monitor(ByteHeap(scratch))
  }

  /// Notes a directory that stays open until the end, after those in it.
  func add(_ directory: TargetDirectory) throws(ScratchError) {
    var writer = ByteWriter(capacity: Self.byteCount)
    writer.uint64(UInt64(try log.note(directory.tree)))
    writer.uint16(directory.permissions)
    let bytes = writer.bytes
    _ = try heap.withLock { heap throws(ScratchError) in try heap.append(bytes) }
  }

  /// Gives every one of them, and its permissions, in their order.
  func forEach(_ body: (TreeDirectory, UInt16) -> Void) throws(ScratchError) {
    let end = heap.withLock { $0.end }
    for place in stride(from: 0, to: end, by: Self.byteCount) {
      let bytes = try heap.withLock { heap throws(ScratchError) in
        try heap.bytes(Self.byteCount, at: place)
      }
      let (directory, permissions) = try scratch.parsing { () throws(FormatError) in
        var reader = ByteReader(Block(bytes).bytes, of: "directory")
        return try (reader.uint64(), reader.uint16())
      }
      body(try log.directory(at: Int(clamping: directory)), permissions)
    }
  }
}
