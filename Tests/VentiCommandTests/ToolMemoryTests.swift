import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// What a tool holds in memory does not grow with the clumps of a store.
@Suite(.timeLimit(.minutes(5)))
struct ToolMemoryTests {
  private let temporary: TemporaryDirectory
  private var arenas: FilePath { temporary.path.appending("store/arenas") }

  init() throws {
    temporary = try TemporaryDirectory()
    try StoreCreator(directory: temporary.path.appending("store"), arenaByteCount: 64 << 20)
      .create()
  }

  /// Puts clumps in the log that neither directory nor tail know of.
  private func append(_ count: Int) throws {
    let partition = try FilePartition(opening: arenas.string, for: .readWrite)
    let arena = try #require(ArenaPartition(partition).arenas.first)
    let magic = try arena.tail().clumpMagic
    var writer = ByteWriter()
    for number in 1...count {
      var data = ByteWriter()
      data.uint64(UInt64(number))
      let block = Block(data.bytes)
      let info = ClumpInfo(
        typeValue: BlockType.data.wireValue, storedSize: block.count, size: block.count,
        score: block.score)
      ClumpHeader(magic: magic, info: info, encoding: .plain, time: 1_800_000_000)
        .write(to: &writer)
      writer.raw(block.bytes)
    }
    try partition.write(
      Block(writer.bytes).bytes, at: arena.start + arena.geometry.dataOffset)
  }

  /// Makes the directory of the arena zero.
  private func forgetDirectory(of count: Int) throws {
    let partition = try FilePartition(opening: arenas.string, for: .readWrite)
    let arena = try #require(ArenaPartition(partition).arenas.first)
    let blockCount = count / arena.geometry.entriesPerDirectoryBlock + 1
    let zeros = [UInt8](repeating: 0, count: blockCount * arena.geometry.blockSize)
    try partition.write(
      Block(zeros).bytes,
      at: arena.start + arena.geometry.directoryBlockOffset(blockCount - 1))
  }

  private func memory(_ arguments: String...) throws -> Int {
    try ChildProcess.peakKilobytes(of: Fixture.program("venti"), arguments + [arenas.string])
  }

  @Test("checkarenas counts 300 000 clumps, and writes their entries anew, in 34 MB", .long)
  func checkArenas() throws {
    let count = 300_000
    try append(count)
    // One clump takes 64 bytes: all of them would be 19 MB more.
    #expect(try memory("checkarenas", "-f") < 34_000)
    try forgetDirectory(of: count)
    #expect(try memory("checkarenas", "-af") < 34_000)
    #expect(try memory("checkarenas", "-a") < 34_000)
  }
}
