import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// plan9port's server and ours write to one store in turn, and seal arenas in between.
@Suite(.timeLimit(.minutes(5)))
struct AlternateWritersTests {
  @Test("what one server wrote the other serves, continues and finds in order", .plan9)
  func alternate() throws {
    let plan9port = try Plan9port()
    try withTemporaryDirectory { directory in
      // plan9port loses blocks whose bits lie under the header of a small bloom filter.
      try SmallArenas.make(in: directory, hasBloom: false)
      var random = SeededGenerator(seed: 1)
      var blocks: [Block] = []
      for _ in 0..<3 {
        let theirs = try Plan9port.Server(plan9port, directory)
        try write(to: theirs.address, &blocks, &random)
        // What it has not indexed yet is left to ours.
        try theirs.stop()
        try check(directory, plan9port)

        let ours = try ServedStore(directory)
        try write(to: "tcp!127.0.0.1!\(ours.port)", &blocks, &random)
        #expect(try ours.process.terminate() == .success)
        try check(directory, plan9port)
        try ChildProcess.run("truncate", "-s", "64m", directory.appending("scratch").string)
        try plan9port.run("venti/checkindex", "venti.conf", "scratch", directory: directory)
      }
    }
  }

  /// Writes blocks, and expects these and all before to be there.
  private func write(
    to address: String, _ blocks: inout [Block], _ random: inout SeededGenerator
  ) throws {
    let client = try VentiClient.connect(to: DialString(address))
    for _ in 0..<30 {
      blocks.append(Block(random.bytes(40_000)))
      try client.write(blocks[blocks.count - 1], type: .data)
    }
    try client.sync()
    for block in blocks {
      #expect(try client.read(BlockAddress(block.score, .data, limit: block.count)) == block)
    }
  }

  private func check(_ directory: FilePath, _ plan9port: Plan9port) throws {
    try ChildProcess.run(Fixture.program("venti"), "check", directory.string)
    try plan9port.run("venti/checkarenas", "arenas", directory: directory)
  }
}
