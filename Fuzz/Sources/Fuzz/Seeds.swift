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

  /// Writes a seed, named after its contents.
  private func add(_ bytes: [UInt8], to target: Target) throws {
    let path = directory.appending(target.rawValue).appending("\(Block(bytes).score)")
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    _ = try file.closeAfter { try file.writeAll(bytes) }
  }
}
