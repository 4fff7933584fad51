import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

struct PartitionNameTests {
  @Test(
    "the text after the last colon names a part of the file",
    arguments: [
      ("/dev/sda", "/dev/sda", PartitionName.Part.whole),
      ("/dev/sda:1-2", "/dev/sda", .range(1, 2)),
      ("disk:1m-2M", "disk", .range(1 << 20, 2 << 20)),
      ("disk:0x10-0X20", "disk", .range(16, 32)),
      ("disk:010-1k", "disk", .range(8, 1024)),
      ("disk:3g-4t", "disk", .range(3 << 30, 4 << 40)),
      ("disk:0-1", "disk", .range(0, 1)),
      ("disk:512-", "disk", .range(512, nil)),
      ("disk:512", "disk", .range(512, nil)),
      ("disk:-1k", "disk", .range(0, 1024)),
      ("disk:arenas", "disk", .plan9("arenas")),
      ("a:b:1-2", "a:b", .range(1, 2)),
    ])
  func forms(text: String, path: String, part: PartitionName.Part) throws {
    let name = try PartitionName(text)
    #expect(name.path == path)
    #expect(name.part == part)
  }

  @Test(
    "what is no range is refused",
    arguments: [
      "disk:", "disk:-", "disk:1x-2", "disk:2-1", "disk:1-1", "disk:0x-1", "disk:09", "disk:1-2-3",
      "disk:+1-2", "disk:--1", "disk:1kk", "disk:99999999999999999999", "disk:9999999t", "disk: 1",
      "disk:-0", "disk:é",
    ])
  func refused(text: String) {
    #expect(throws: StoreError.self) { try PartitionName(text) }
  }
}

struct FilePartitionTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test("a range is read as a partition of its own")
  func range() throws {
    let path = try file("disk", bytes: (0..<200).map { UInt8($0) })
    let partition = try FilePartition(opening: "\(path):100-0x96", for: .readOnly)

    #expect(partition.length == 50)
    #expect(try partition.read(3, at: 0).array == [100, 101, 102])
    #expect(try partition.read(0, at: 50).count == 0)
    #expect(
      throws: StoreError.outside(
        partition: partition.name, offset: 48, count: 3, length: 50)
    ) { try partition.read(3, at: 48) }
    #expect(throws: StoreError.self) { try partition.read(1, at: -1) }
    #expect(throws: StoreError.self) { try partition.read(-1, at: 1) }
    #expect(throws: StoreError.self) { try partition.read(.max, at: .max) }
  }

  @Test("a range beyond the file is refused", arguments: ["0-201", "200", "300-", "-1k"])
  func beyond(range: String) throws {
    let path = try file("disk", bytes: [UInt8](repeating: 1, count: 200))
    #expect(throws: StoreError.self) {
      try FilePartition(opening: "\(path):\(range)", for: .readOnly)
    }
  }

  @Test("a file may have colons in its name")
  func colons() throws {
    let path = try file("pci-0000:00:1f.2", bytes: [1, 2, 3])
    #expect(try FilePartition(opening: path.string, for: .readOnly).length == 3)
    #expect(try FilePartition(opening: "\(path):1-2", for: .readOnly).length == 1)
  }

  @Test("what is written is read, and stays within the range")
  func write() throws {
    let path = try file("disk", bytes: [UInt8](repeating: 1, count: 10))
    let partition = try FilePartition(opening: "\(path):4-6", for: .readWrite)

    try partition.write(Block([7, 8]).bytes, at: 0)
    try partition.sync()

    let whole = try FilePartition(opening: path.string, for: .readOnly)
    #expect(try whole.read(10, at: 0).array == [1, 1, 1, 1, 7, 8, 1, 1, 1, 1])
    #expect(throws: StoreError.self) { try partition.write(Block([7, 8]).bytes, at: 1) }
  }

  @Test("a partition for reading cannot be written")
  func readOnly() throws {
    let path = try file("disk", bytes: [1, 2, 3])
    let partition = try FilePartition(opening: path.string, for: .readOnly)
    #expect(
      throws: StoreError.file(
        path: path.string, operation: "write 1 bytes at 0", .badFileDescriptor)
    ) { try partition.write(Block([7]).bytes, at: 0) }
  }

  @Test("a file that became shorter is an error, not zeros")
  func shortened() throws {
    let path = try file("disk", bytes: [1, 2, 3, 4])
    let partition = try FilePartition(opening: path.string, for: .readOnly)
    try file("disk", bytes: [1, 2])
    #expect(throws: StoreError.shortened(partition: path.string, offset: 2)) {
      try partition.read(4, at: 0)
    }
  }

  @Test("what is no file or disk is refused", arguments: ["/", "/dev/null", "/nonexistent"])
  func noFile(path: String) {
    #expect(throws: StoreError.self) { try FilePartition(opening: path, for: .readOnly) }
  }

  @Test("a fifo is refused without waiting for its writer", .timeLimit(.minutes(1)))
  func fifo() throws {
    let path = directory.path.appending("fifo")
    try ChildProcess.run("mkfifo", path.string)
    #expect(throws: StoreError.file(path: path.string, operation: "open", .notSupported)) {
      try FilePartition(opening: path.string, for: .readOnly)
    }
  }

  @Test("Plan 9's partitions are found by name")
  func plan9() throws {
    var disk = [UInt8](repeating: 0, count: 20 * 512)
    disk.replace(at: 512, with: "part one 2 4\npart two 4 10\npart odd 9 8\npart big 1 21\n")
    let path = try file("disk", bytes: disk)

    let two = try FilePartition(opening: "\(path):two", for: .readOnly)

    #expect(two.length == 6 * 512)
    for name in ["three", "odd", "big", "part"] {
      #expect(throws: StoreError.self) {
        try FilePartition(opening: "\(path):\(name)", for: .readOnly)
      }
    }
  }

  @Test("Plan 9's partitions are found within a partition of the MBR")
  func masterBootRecord() throws {
    var disk = [UInt8](repeating: 0, count: 40 * 512)
    disk[0x1fe] = 0x55
    disk[0x1ff] = 0xaa
    disk[0x1be + 16 + 4] = 0x39
    disk[0x1be + 16 + 8] = 10
    disk[0x1be + 16 + 12] = 20
    disk.replace(at: 11 * 512, with: "part arenas 3 5\n")
    disk[13 * 512] = 77
    let path = try file("disk", bytes: disk)

    let partition = try FilePartition(opening: "\(path):arenas", for: .readOnly)

    #expect(partition.length == 2 * 512)
    #expect(try partition.read(1, at: 0).array == [77])
  }

  @Test("a disk without a table of Plan 9's has no such partitions", arguments: [0, 1, 600, 2000])
  func noTable(count: Int) throws {
    let path = try file("disk", bytes: [UInt8](repeating: 0, count: count))
    #expect(throws: StoreError.self) {
      try FilePartition(opening: "\(path):arenas", for: .readOnly)
    }
  }

  @discardableResult
  private func file(_ name: String, bytes: [UInt8]) throws -> FilePath {
    let path = directory.path.appending(name)
    let descriptor = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
    try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
    return path
  }
}

extension [UInt8] {
  fileprivate mutating func replace(at offset: Int, with text: String) {
    let bytes = Array(text.utf8)
    replaceSubrange(offset..<offset + bytes.count, with: bytes)
  }
}
