import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// verifyarena computes seals again, and mirrorarenas carries sealed arenas over.
struct SealVerifierTests {
  private let workshop: Workshop
  private let arenas: ArenaPartition

  init() throws {
    workshop = try Workshop()
    arenas = try workshop.arenas(workshop.sealedStore().appending("arenas"))
  }

  private func verify(_ names: [String] = [], verbosity: Int = 0) -> (Bool, [String]) {
    let lines = Lines()
    var verifier = SealVerifier(to: lines.output)
    verifier.verbosity = verbosity
    return (verifier.verify(arenas, names: names), lines.untimed)
  }

  @Test("seals that are right are told of only when that is asked for")
  func right() {
    #expect(verify(["arenas0"]) == (true, []))
    #expect(
      verify(["arenas0"], verbosity: 1) == (
        true,
        [
          "# arena part version=3 blocksize=8192 arenabase=794624", "verify arenas0",
          "arenas0: verified score",
        ]
      ))
  }

  @Test("one flipped bit anywhere breaks the seal", arguments: [100, 9000, 700_000, 1_045_000])
  func wrong(offset: Int) throws {
    let seal = try arenas.arenas[0].tail().seal
    try arenas.partition.flip(at: arenas.arenas[0].start + offset)

    let (isSound, lines) = verify(["arenas0"])

    #expect(!isSound)
    #expect(
      lines.first?.hasPrefix("arenas0: mismatch checksum - found=\(seal) calculated=") == true)
  }

  @Test("unsealed arenas are mentioned when they have data")
  func unsealed() throws {
    let used = try arenas.arenas[2].tail().written.usedByteCount
    let (isSound, lines) = verify()
    #expect(isSound)
    #expect(lines.count == 1)
    #expect(lines.first?.filter { $0 != "," } == "arenas2: unsealed \(used) bytes")
  }

  @Test("an arena that is not there is told of")
  func unknown() {
    #expect(verify(["nosuch"]) == (false, ["nosuch: did not find arena"]))
  }

  @Test("an arena that comes through a pipe is verified to its last byte")
  func stream() throws {
    let path = workshop.directory.appending("arena")
    let file = try FileDescriptor.open(
      path, .readWrite, options: [.create], permissions: .ownerReadWrite)
    defer { try? file.close() }
    try ArenaExport(arenas.arenas[1]).write(to: file)

    func verify() throws -> (Bool, [String]) {
      try file.seek(offset: 0, from: .start)
      let lines = Lines()
      var verifier = SealVerifier(to: lines.output)
      verifier.verbosity = 1
      return (verifier.verify(file), lines.untimed)
    }
    #expect(try verify() == (true, ["verify <stdin>", "<stdin>: verified score"]))

    try file.resize(to: (1 << 20) - 1)
    #expect(
      try verify() == (
        false, ["verify <stdin>", "<stdin>: early eof: 1048575 bytes of 1048576"]
      ))
  }

  @Test("a sealed arena is mirrored byte by byte, once")
  func mirrors() throws {
    let copy = try workshop.arenas(copyOfLayout())
    let first = Lines()

    #expect(try mirror(arenas, to: copy, first))
    #expect(first.noted == [])
    #expect(try isSame(copy))

    let second = Lines()
    #expect(try mirror(arenas, to: copy, second))
    #expect(second.printedUntimed.first == "arenas0-arenas1 mirrored sealed")
    #expect(second.printedUntimed.last == "arenas3-arenas3 empty")
  }

  @Test("what the target has, and the source not, is never written over")
  func otherClumps() throws {
    let copy = try workshop.arenas(copyOfLayout())
    _ = try mirror(arenas, to: copy)
    let lines = Lines()
    let empty = try workshop.arenas(copyOfLayout("other"))

    #expect(try !mirror(empty, to: copy, lines))
    #expect(lines.noted.count == 3)
    #expect(lines.untimed.allSatisfy { $0.hasSuffix("target holds other clumps than the source") })
    #expect(try isSame(copy))
  }

  @Test("partitions with other arenas do not go together")
  func mismatch() throws {
    let other = try workshop.arenas(workshop.fixture().appending("arenas0"))
    #expect(throws: ToolError.mismatch("arena count mismatch: 4 vs 5")) {
      try mirror(arenas, to: other)
    }
  }

  @Test("arenas are named by ranges of numbers")
  func numbers() throws {
    let some = try ArenaNumbers("0-1,4,7-")
    #expect((0..<9).filter(some.contains) == [0, 1, 4, 7, 8])
    #expect(try !ArenaNumbers("none").contains(0))
    for text in ["", "-", "a", "3-1", "1,,2", "-1-2"] {
      #expect(throws: ToolError.self) { try ArenaNumbers(text) }
    }
  }

  private func mirror(
    _ source: ArenaPartition, to target: ArenaPartition, _ lines: Lines = Lines()
  ) throws -> Bool {
    var mirror = ArenaMirror(to: lines.output)
    return try mirror.run(from: source, to: target, .all)
  }

  /// Whether the arenas that have clumps are the same in a copy.
  private func isSame(_ copy: ArenaPartition) throws -> Bool {
    let start = arenas.arenas[0].start
    return try copy.partition.digest(from: start, count: 3 << 20)
      == arenas.partition.digest(from: start, count: 3 << 20)
  }

  /// An empty partition with arenas of the same names and places.
  private func copyOfLayout(_ name: String = "copy") throws -> FilePath {
    let path = try workshop.create(name, byteCount: arenas.partition.length)
    var format = ArenaPartitionFormat(name: "arenas")
    format.arenaByteCount = 1 << 20
    _ = try format.apply(to: workshop.partition(path))
    return path
  }
}
