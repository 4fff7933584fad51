import Glibc
import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// The files of a store are sparse: the disk may be full long before the arenas are.
@Suite(
  .timeLimit(.minutes(2)), .enabled("only root mounts file systems") { geteuid() == 0 })
struct FullDiskTests {
  @Test(
    "a full disk ends writing with its reason, reads go on, and nothing that was synced is lost",
    arguments: [2_000_000, 2_500_000, 4_000_000])
  func fullDisk(byteCount: Int) throws {
    try withTemporaryDirectory { directory in
      let disk = try SmallDisk(byteCount: byteCount, at: directory.appending("disk"))
      let path = disk.path.appending("store")
      try ChildProcess.run(
        Fixture.program("venti"), "init", path.string, "--size", "64m")
      var random = SeededGenerator(seed: UInt64(byteCount))

      var server = try ServedStore(path)
      let (safe, error) = try fill(server, &random)
      #expect(error.contains("store takes no more writes: "))
      #expect(error.contains("No space left on device"))
      #expect(safe.count > 10)
      // A new client is told so as well, and reads what is there.
      let client = try connect(to: server)
      let refused = #expect(throws: BlockError.self) {
        try client.write(Block([9]), type: .data)
        try client.sync()
      }
      #expect("\(refused.map { "\($0)" } ?? "")".contains("store takes no more writes: "))
      try expect(safe, from: client)
      #expect(try server.page("/healthz").contains("store takes no more writes: "))
      #expect(server.process.errorOutput.contains("store takes no more writes: "))
      #expect(try server.process.terminate() == .exited(1))

      try disk.resize(byteCount: 64 << 20)
      server = try ServedStore(path)
      let again = try connect(to: server)
      try expect(safe, from: again)
      try again.write(Block(random.bytes(50_000)), type: .data)
      try again.sync()
      #expect(try server.process.terminate() == .success)
      try ChildProcess.run(Fixture.program("venti"), "check", path.string)
    }
  }

  private func connect(to server: ServedStore) throws -> VentiClient {
    try VentiClient.connect(to: .tcp(host: "127.0.0.1", port: server.port))
  }

  /// Writes and syncs for as long as that goes.
  ///
  /// - Returns: the blocks that were synced, and why that ended.
  private func fill(
    _ server: ServedStore, _ random: inout SeededGenerator
  ) throws -> ([Block], String) {
    let client = try connect(to: server)
    var safe: [Block] = []
    do {
      // More than there is room for.
      for _ in 0..<1000 {
        let blocks = (0..<4).map { _ in
          Block(random.bytes(Int.random(in: 1...50_000, using: &random)))
        }
        for block in blocks { try client.write(block, type: .data) }
        try client.sync()
        safe += blocks
      }
      return (safe, "")
    } catch {
      return (safe, "\(error)")
    }
  }

  private func expect(_ blocks: [Block], from client: VentiClient) throws {
    for block in blocks {
      #expect(try client.read(BlockAddress(block.score, .data, limit: block.count)) == block)
    }
  }
}
