import Posix
import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// plan9port's checkers after whatever we do to a store, ours after whatever plan9port does to one,
/// and each side's server on what the other left.
@Suite(.plan9, .timeLimit(.minutes(5)))
struct PeerStateTests {
  /// How a store came to be as it is.
  enum State: CaseIterable {
    case fresh, written, grown, sealed, rebuilt, repaired, killed, recovered, overflowing
  }

  private let temporary: TemporaryDirectory
  private let plan9port: Plan9port
  private let venti = Fixture.program("venti")

  init() throws {
    temporary = try TemporaryDirectory()
    plan9port = try Plan9port()
  }

  private var store: FilePath { temporary.path }

  @Test(
    "ours: their checkers find nothing, and their server has every block", arguments: State.allCases
  )
  func ours(state: State) throws {
    let blocks = try make(state)

    // What a server that was killed left is in no index yet.
    if state != .killed { try expectSound(byTheirs: state) }
    let server = try Plan9port.Server(plan9port, store)
    try expect(blocks, at: server.address)
    try server.stop()
    // Whatever that server did when it started.
    try ChildProcess.run(venti, "syncindex", "venti.conf", directory: store)
    try ChildProcess.run(venti, "check", store.string)
    try expectSound(byTheirs: state)
  }

  /// What plan9port does to a store.
  enum Work: CaseIterable {
    case formatting, serving, restarting, rebuilding
  }

  @Test(
    "theirs: our checkers find nothing, and our server has every block", arguments: Work.allCases)
  func theirs(work: Work) throws {
    let blocks = try make(work)

    try ChildProcess.run(venti, "check", store.string)
    for tool in ["checkarenas", "verifyarena"] {
      try ChildProcess.run(venti, "\(tool)", "arenas", directory: store)
    }
    try ChildProcess.run(venti, "checkindex", "venti.conf", directory: store)
    let server = try ServedStore(store)
    try expect(blocks, at: "tcp!127.0.0.1!\(server.port)")
    #expect(try server.process.terminate() == .success)
    try ChildProcess.run(venti, "check", store.string)
    try expectSound(byTheirs: .written)
  }

  /// Makes a store by our programs.
  ///
  /// - Returns: what it holds.
  private func make(_ state: State) throws -> [Block] {
    if state == .overflowing { return try overflow() }
    try SmallArenas.make(in: store, hasBloom: false)
    if state == .fresh { return [] }
    // Of 1 MiB each, so that the first is full.
    var blocks = try fill(seed: 1, count: state == .written ? 10 : 40, kills: state == .killed)
    switch state {
    case .grown:
      try ChildProcess.run(venti, "grow", store.string, "--size", "200m")
      blocks += try fill(seed: 2, count: 10)
    case .sealed:
      try ChildProcess.run(venti, "syncindex", "venti.conf", directory: store)
      try expectSeal()
    case .rebuilt:
      try store.appending("index").overwrite([0xff], at: 270_336)
      try ChildProcess.run(venti, "check", "--repair", store.string)
    case .repaired:
      // The first block of the directory, at the end of the second arena, which is not sealed.
      let end = 794_624 + 2 * 1_048_576
      try store.appending("arenas")
        .overwrite([UInt8](repeating: 0, count: 8192), at: end - 2 * 8192)
      try ChildProcess.run(venti, "checkarenas", "-af", "arenas", directory: store)
    case .recovered:
      blocks += try fill(seed: 3, count: 20, kills: true)
      try ChildProcess.run(venti, "syncindex", "venti.conf", directory: store)
    default: break
    }
    return blocks
  }

  /// A store whose two buckets have no room for all blocks.
  private func overflow() throws -> [Block] {
    try format(indexByteCount: 794_624 + 2 * 8192) { tool, arguments in
      try ChildProcess(venti, [tool] + arguments, directory: store)
    }
    return try fill(seed: 4, count: 460, byteCount: 100)
  }

  /// Makes an empty store by the tools that `start` starts.
  private func format(
    indexByteCount: Int, by start: (_ tool: String, [String]) throws -> ChildProcess
  ) throws {
    try store.appending("arenas").create(byteCount: 26 << 20)
    try store.appending("index").create(byteCount: indexByteCount)
    try File.create(
      store.appending("venti.conf"), text: "index main\narenas arenas\nisect index\n")
    for (tool, arguments) in [
      ("fmtarenas", ["-a", "1m", "a", "arenas"]), ("fmtisect", ["s", "index"]),
      ("fmtindex", ["venti.conf"]),
    ] {
      #expect(try start(tool, arguments).waitForExit() == .success)
    }
  }

  /// Makes a store by plan9port's programs.
  private func make(_ work: Work) throws -> [Block] {
    try format(indexByteCount: 4 << 20) { tool, arguments in
      try plan9port.start("venti/" + tool, arguments, directory: store)
    }
    if work == .formatting { return [] }
    let server = try Plan9port.Server(plan9port, store)
    let blocks = try write(to: server.address, seed: 5, count: work == .serving ? 10 : 40)
    try server.stop()
    switch work {
    case .restarting: try Plan9port.Server(plan9port, store).stop()
    case .rebuilding: try plan9port.run("venti/buildindex", "venti.conf", directory: store)
    default: break
    }
    return blocks
  }

  /// Has our server take blocks, and end or be killed.
  private func fill(
    seed: UInt64, count: Int, byteCount: Int = 40_000, kills: Bool = false
  ) throws -> [Block] {
    let server = try ServedStore(store)
    let blocks = try write(
      to: "tcp!127.0.0.1!\(server.port)", seed: seed, count: count, byteCount: byteCount)
    if kills {
      server.process.signal(9)
      #expect(try server.process.waitForExit() == .signalled(9))
    } else {
      #expect(try server.process.terminate() == .success)
    }
    return blocks
  }

  private func write(
    to address: String, seed: UInt64, count: Int, byteCount: Int = 40_000
  ) throws -> [Block] {
    var random = SeededGenerator(seed: seed)
    let client = try VentiClient.connect(to: DialString(address))
    let blocks = (0..<count).map { _ in Block(random.bytes(byteCount)) }
    for block in blocks { try client.write(block, type: .data) }
    try client.sync()
    return blocks
  }

  private func expect(_ blocks: [Block], at address: String) throws {
    let client = try VentiClient.connect(to: DialString(address))
    for block in blocks {
      #expect(try client.read(BlockAddress(block.score, .data, limit: block.count)) == block)
    }
  }

  private func expectSeal() throws {
    let child = try plan9port.start("venti/verifyarena", ["-v", "arenas"], directory: store)
    #expect(try child.waitForExit() == .success)
    #expect(child.errorOutput.contains("a0: verified score"))
  }

  /// Has plan9port's tools look at all parts; their status says nothing.
  private func expectSound(byTheirs state: State) throws {
    let arenas = state == .grown ? ["arenas", "arenas1"] : ["arenas"]
    for (tool, file) in ["checkarenas", "verifyarena"].flatMap({ tool in arenas.map { (tool, $0) } }
    ) {
      let child = try plan9port.start("venti/\(tool)", ["-v", file], directory: store)
      #expect(try child.waitForExit() == .success)
      let text = child.output + child.errorOutput
      // A whole word: scores may hold those three digits.
      let complaints = /mismatch|\bbad\b|corrupt|incorrect|illegal|fail|error|can't/
      #expect(!text.contains(complaints), "\(text)")
    }
    try store.appending("tmp").create(byteCount: 64 << 20)
    let child = try plan9port.start("venti/checkindex", ["venti.conf", "tmp"], directory: store)
    _ = try child.waitForExit()
    // It calls an index wrong whose buckets have no room, and then names nothing that is.
    let verdict =
      state == .overflowing ? "0 spurious entries, 0 missing, 0 wrong" : "index is correct"
    #expect(child.errorOutput.contains("checkindex: \(verdict)"), "\(child.errorOutput)")
  }
}
