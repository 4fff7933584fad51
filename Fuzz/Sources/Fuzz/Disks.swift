import Glibc
import SystemPackage
import VentiStore
import VentiTools

/// Disks: Plan 9's tables of partitions, alone and within an MBR, the copy of a `venti.conf` in a
/// partition, and an arena that comes through a pipe.
enum Disks {
  /// A file that is written anew for each input, and that the system forgets with the process.
  private static let file: FileDescriptor = {
    let path = "/dev/shm/vacfs-fuzz-\(getpid())"
    let number = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    precondition(number >= 0 && unlink(path) == 0, "no file in memory")
    return FileDescriptor(rawValue: number)
  }()

  private static var path: String { "/proc/self/fd/\(file.rawValue)" }

  static func run(_ bytes: [UInt8]) {
    put(bytes, at: 0, length: max(bytes.count, 64 << 10))
    for name in ["arenas", "isect", "nosuch"] {
      guard let partition = try? FilePartition(opening: "\(path):\(name)", for: .readOnly) else {
        continue
      }
      expect(partition.length > 0, "a partition has bytes")
      _ = try? partition.read(1, at: partition.length - 1)
      _ = try? StoreConfiguration(contentsOf: FilePath("\(path):\(name)"))
    }
    let output = ToolOutput(print: { _ in }, note: { _ in })
    _ = try? file.seek(offset: 0, from: .start)
    _ = SealVerifier(to: output).verify(file)
    put(bytes, at: 0, length: min(bytes.count, 16_384))
    _ = try? StoreConfiguration(contentsOf: FilePath(path))
    let room = StoreConfiguration.maximumByteCount
    put(
      Array(bytes.prefix(room)), at: PartitionLayout.blankByteCount - room,
      length: PartitionLayout.blankByteCount + 512)
    _ = try? StoreConfiguration(contentsOf: FilePath(path))
  }

  private static func put(_ bytes: [UInt8], at offset: Int, length: Int) {
    let isDone: Void? = try? {
      try file.resize(to: 0)
      try file.resize(to: Int64(length))
      _ = try file.writeAll(toAbsoluteOffset: Int64(offset), bytes.prefix(length))
    }()
    precondition(isDone != nil, "a file in memory can be written")
  }
}
