import Glibc
import Posix
import SystemPackage
import VentiCore
import VentiStore
import VentiWire

/// The inputs that fuzzing begins with, cut from a store.
struct Seeds {
  /// Files of a kind, so that a corpus stays small.
  private static let limit = 40

  private let directory: FilePath

  /// Files go into directories named after the targets.
  init(into directory: String) throws {
    self.directory = FilePath(directory)
    for target in Target.allCases {
      try File.createDirectory(self.directory.appending(target.rawValue))
    }
  }

  /// Writes the seeds of a store in a directory.
  func write(from store: String) throws {
    let configuration = try StoreConfiguration(contentsOf: FilePath(store))
    let parts = try StoreParts(configuration, for: .readOnly)
    for partition in parts.arenas { try writeArenas(ArenaPartition(partition)) }
    for partition in parts.sections { try writeSection(partition) }
    for line in ["tcp!backup!17034", "[::1]:17034", "unix!/run/venti", "backup:venti"] {
      try add(Array(line.utf8), to: .addresses)
    }
    for line in ["/index", "/set?name=a%20b&value=1", "HTTP/1.1 200 OK\r\n\r\n[]"] {
      try add(Array(line.utf8), to: .pages)
    }
    let list = "[{\"score\": \"vac:\(Score.none)\", \"time\": \"\\u00fc\", \"name\": \"n\"}]"
    try add(Array(list.utf8), to: .pages)
    try add(Array("vac:\(Score.none)\n".utf8), to: .archives)
    try add(Array("index main\narenas a\nisect b:1m-2m\nmem 10m\n".utf8), to: .configurations)
    try add(Array("venti-04:02-libventi\n".utf8), to: .frames)
    let mounts = "1 2 0:5 / /mnt/a\\040b rw,nosuid shared:1 - fuse.vacfs vacfs rw\n"
    try add(Array("/mnt/a b\0\(mounts)".utf8), to: .mounts)
    try writeRecovery()
    try writeDisks()
  }

  private func writeArenas(_ partition: ArenaPartition) throws {
    try add(
      partition.partition.read(12, at: PartitionLayout.blankByteCount).array, to: .arenas)
    for arena in partition.arenas {
      let block = arena.geometry.blockSize
      try add(arena.partition.read(block, at: arena.start).array, to: .arenas)
      try add(
        arena.partition.read(block, at: arena.start + arena.geometry.tailOffset).array, to: .arenas)
      try writeClumps(arena)
    }
  }

  private func writeClumps(_ arena: Arena) throws {
    var counts: [UInt8: Int] = [:]
    for case .success(let clump) in try arena.clumps() {
      guard let type = clump.info.type, counts[type.number, default: 0] < Self.limit else {
        continue
      }
      counts[type.number, default: 0] += 1
      let start = arena.start + arena.geometry.dataOffset + clump.position.offset
      try add(
        arena.partition.read(clump.info.clumpByteCount, at: start).array, to: .clumps)
      let block = try arena.read(clump).block
      if type == .data {
        try add(block.array, to: .directories)
      } else {
        try add(block.array, to: .trees)
        try add([type.wireValue] + block.array, to: .printouts)
      }
      for version in ProtocolVersion.allCases {
        let frames = [
          try Request.write(block, type).frame(tag: 1, version),
          try Reply.block(block).frame(tag: 2, version),
        ]
        try add(frames.flatMap { $0.head + $0.data.array }, to: .frames)
      }
    }
  }

  private func writeSection(_ partition: any Partition) throws {
    let section = try IndexSection(partition)
    let size = section.header.blockSize
    for number in 0..<min(Self.limit, section.header.blockCount) {
      try add(partition.read(size, at: section.header.base + number * size).array, to: .buckets)
    }
    try add(partition.read(512, at: PartitionLayout.blankByteCount).array, to: .buckets)
  }

  /// Writes tails, a journal, a list and buckets of the stores that inputs get copies of.
  private func writeRecovery() throws {
    // Two tails, of arenas without clumps.
    try add([3] + [UInt8](repeating: 0, count: 74), to: .recovery)
    for (number, template) in [TemplateStore.roomy, .crowded].enumerated() {
      let section = template.parts().sections[0]
      let buckets = try section.read(template.bucketByteCount, at: template.base).array
      try add([4] + buckets, to: .recovery)
      var journal = ByteWriter()
      let magic = template.bucketMagic
      for bucket in 0..<template.bucketByteCount / 512 {
        let block = Block(Array(buckets[bucket * 512..<(bucket + 1) * 512]))
        journal.uint32(UInt32(bucket))
        journal.uint16(UInt16(try Bucket(parsing: block, magic: magic).count))
        for number in 0..<(try Bucket(parsing: block, magic: magic).count) {
          try Bucket(parsing: block, magic: magic).entry(at: number).write(to: &journal)
        }
      }
      try add([UInt8(number)] + journal.bytes, to: .recovery)
      let list = try section.read(32_768, at: 32_768).array
      let count = Int(list[10]) << 8 | Int(list[11])
      try add([2] + list.dropFirst(32).prefix(count), to: .recovery)
    }
  }

  /// Writes tables of partitions.
  private func writeDisks() throws {
    let table = Array("part arenas 2 60\npart isect 60 120\n".utf8)
    var disk = [UInt8](repeating: 0, count: 61_440)
    disk.replaceSubrange(512..<512 + table.count, with: table)
    try add(disk, to: .disks)
    var record = [UInt8](repeating: 0, count: 61_440)
    record.replaceSubrange(1024 + 512..<1024 + 512 + table.count, with: table)
    record.replaceSubrange(
      0x1be..<0x1be + 16, with: [0, 0, 0, 0, 0x39, 0, 0, 0, 2, 0, 0, 0, 118, 0, 0, 0])
    record.replaceSubrange(0x1fe..<0x200, with: [0x55, 0xaa])
    try add(record, to: .disks)
    try add(Array("venti config\nindex main\narenas a\n".utf8), to: .disks)
  }

  /// Writes a seed, named after its contents.
  private func add(_ bytes: [UInt8], to target: Target) throws {
    let path = directory.appending(target.rawValue).appending("\(Block(bytes).score)")
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    _ = try file.closeAfter { try file.writeAll(bytes) }
  }
}
