import SystemPackage
import TestSupport
import Testing

/// `venti copy` of an archive of which a block is damaged.
@Suite(.timeLimit(.minutes(2)))
struct DamagedCopyTests {
  private let temporary: TemporaryDirectory
  private let venti = Fixture.program("venti")
  /// The archive, as `vac:…`.
  private let archive: String

  /// Archives two files, and damages a block of the first.
  init() throws {
    temporary = try TemporaryDirectory()
    let directory = temporary.path
    var random = SeededGenerator(seed: 80)
    let contents = [random.bytes(30_000), random.bytes(30_000)]
    try ChildProcess.run("mkdir", "tree", directory: directory)
    for (name, bytes) in zip(["first", "second"], contents) {
      let path = directory.appending("tree/\(name)")
      try path.create(byteCount: bytes.count)
      try path.overwrite(bytes, at: 0)
    }
    try ChildProcess.run(venti, "init", "source", "--size", "4m", directory: directory)
    let output = try ChildProcess.run(
      Fixture.program("vac"), "-h", "source", "tree", directory: directory)
    archive = output.split(separator: "\n").first.map(String.init) ?? ""
    let arenas = directory.appending("source/arenas")
    let offset = try #require(try Self.offset(of: Array(contents[0][20_000..<20_064]), in: arenas))
    try arenas.overwrite([~contents[0][20_000]], at: offset)
    try ChildProcess.run(venti, "init", "target", "--size", "4m", directory: directory)
  }

  private static func offset(of bytes: [UInt8], in path: FilePath) throws -> Int? {
    let file = try FileDescriptor.open(path, .readOnly)
    let all = try file.closeAfter {
      try [UInt8](unsafeUninitializedCapacity: 6 << 20) { buffer, count in
        count = try file.read(fromAbsoluteOffset: 0, into: UnsafeMutableRawBufferPointer(buffer))
      }
    }
    return all.firstRange(of: bytes)?.lowerBound
  }

  private func copy(_ options: String...) throws -> ChildProcess {
    let child = try ChildProcess(
      venti, ["copy"] + options + ["source", "target", archive], directory: temporary.path)
    _ = try child.waitForExit()
    return child
  }

  private func verify(_ archive: String, status: Int32) throws -> String {
    try ChildProcess.run(
      venti, "verify-score", "-h", "target", archive, expecting: .exited(status),
      directory: temporary.path)
  }

  private func restore(_ archive: String) throws -> ChildProcess {
    try ChildProcess.run("mkdir", "-p", "restored", directory: temporary.path)
    let child = try ChildProcess(
      Fixture.program("unvac"), ["-h", "target", "-C", "restored", archive],
      directory: temporary.path)
    _ = try child.waitForExit()
    return child
  }

  @Test("without an option it ends, names the block, and leaves no archive that is not whole")
  func fails() throws {
    let child = try copy()

    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.contains("does not match score"), "\(child.errorOutput)")
    #expect(
      try ChildProcess.run(venti, "roots", "target", directory: temporary.path) == "")
  }

  @Test("-i goes on without the block: the archive keeps its score, and all else can be restored")
  func ignores() throws {
    let child = try copy("-i")

    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.contains("does not match score"), "\(child.errorOutput)")
    #expect(child.output == "")
    #expect(try verify(archive, status: 1).hasSuffix("1 blocks missing or damaged\n"))
    _ = try restore(archive)
    try ChildProcess.run(
      "cmp", "tree/second", "restored/tree/second", directory: temporary.path)
  }

  @Test("-r puts zeros in its place: another archive, which is whole")
  func replaces() throws {
    let child = try copy("-r")

    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.contains("does not match score"), "\(child.errorOutput)")
    let score = try #require(
      child.output.firstMatch(of: /^(vac:[0-9a-f]{40}) \(\d+ pointers rewritten\)\n/))
    #expect(score.1 != archive)
    #expect(try verify(String(score.1), status: 0).hasSuffix("0 blocks missing or damaged\n"))
    #expect(try restore(String(score.1)).waitForExit() == .success)
    try ChildProcess.run("cmp", "tree/second", "restored/tree/second", directory: temporary.path)
    let zeros = try ChildProcess.run(
      "sh", "-c", "cmp -l tree/first restored/tree/first | awk '$3 != 0' | wc -l",
      directory: temporary.path)
    #expect(zeros == "0\n")
  }

  @Test("-i and -r exclude each other")
  func both() throws {
    let child = try copy("-i", "-r")
    #expect(try child.waitForExit() == .exited(1))
    #expect(child.errorOutput.contains("-i and -r exclude each other"))
  }

  @Test("plan9port's copy -r makes the same archive of it", .plan9)
  func peer() throws {
    let plan9port = try Plan9port()
    let ours = try copy("-r").output
    try ChildProcess.run(venti, "init", "other", "--size", "4m", directory: temporary.path)
    let source = try StoreServer(temporary.path.appending("source"))
    let target = try StoreServer(temporary.path.appending("other"), options: [])
    let theirs = try plan9port.start(
      "venti/copy", ["-rv", source.address, target.address, archive], directory: temporary.path)
    _ = try theirs.waitForExit()

    // It counts only what is rewritten in the root, and without -v names the score that was given.
    #expect(theirs.output.prefix(44) == ours.prefix(44), "\(theirs.errorOutput)")
  }
}
