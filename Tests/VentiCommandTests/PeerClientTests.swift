import SystemPackage
import TestSupport
import Testing

/// Clients and servers of both sides, on stores that both wrote.
@Suite(.plan9, .timeLimit(.minutes(5)))
struct PeerClientTests {
  private static let archive = "vac:6499674339d840b9be9a55832a45b74c0213478e"

  private let temporary: TemporaryDirectory
  private let plan9port: Plan9port
  private let venti = Fixture.program("venti")

  init() throws {
    temporary = try TemporaryDirectory()
    plan9port = try Plan9port()
  }

  private var directory: FilePath { temporary.path }

  /// Makes a store of ours, which no block is in.
  private func makeStore(_ name: String) throws -> FilePath {
    try ChildProcess.run(venti, "init", name, "--size", "32m", directory: directory)
    return directory.appending(name)
  }

  /// What both clients say: they must end alike, and print the same.
  private func bothSay(
    _ arguments: [String], input: String = ""
  ) throws -> (status: ChildProcess.ExitStatus, output: String) {
    let commands = [plan9port.program("venti/" + arguments[0]).string, "\(venti) \(arguments[0])"]
    let words = arguments.dropFirst().map { "'\($0)'" }.joined(separator: " ")
    let runs = try commands.map { command in
      let child = try ChildProcess("sh", ["-c", "printf '%b' '\(input)' | \(command) \(words)"])
      let status = try child.waitForExit()
      return (status, child.output, child.errorOutput)
    }
    #expect(runs[0].0 == runs[1].0)
    #expect(runs[0].1 == runs[1].1)
    if runs[0].0 == .success { #expect(runs[0].2 == runs[1].2) }
    return (runs[1].0, runs[1].1)
  }

  private func checkClients(_ host: String) throws {
    let score = Self.archive.dropFirst(4)
    #expect(try bothSay(["read", "-h\(host)", Self.archive]).output.utf8.count >= 300)
    #expect(try bothSay(["read", "-h", host, "-t16", "\(score)"]).status == .success)
    #expect(try bothSay(["read", "-h", host, "-t", "3", "\(score)"]).status == .exited(1))
    #expect(
      try bothSay(["write", "-h", host], input: "hello\\n").output
        == "f572d396fae9206628714fb2ce00f72e94f2258f\n")
    #expect(
      try bothSay(["write", "-zh", host, "-t8"], input: "abc\\0\\0").output
        == "a9993e364706816aba3e25717850c26c9cd0d89d\n")
    #expect(try bothSay(["sync", "-h", host]).status == .success)
    #expect(try bothSay(["sync", "-xh", host]).status == .success)
    try checkDump(host)
  }

  /// plan9port's names pointer blocks of data wrongly: `data+-7`.
  private func checkDump(_ host: String) throws {
    let theirs = try plan9port.run("venti/dump", "-h", host, Self.archive)
    let ours = try ChildProcess.run(venti, "dump", "-h", host, Self.archive)
    #expect(ours == theirs.replacing(/data\+-(\d)/) { "data+\(8 - (Int($0.1) ?? 0))" })
  }

  @Test("small clients say the same of our server")
  func ourServer() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let server = try StoreServer(store, options: [])
    try checkClients(server.address)
  }

  @Test("small clients say the same of plan9port's server")
  func theirServer() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let server = try Plan9port.Server(plan9port, store)
    try checkClients(server.address)
  }

  @Test("plan9port's unvac restores the same from our server as from its own")
  func restores() throws {
    let store = try StoreFixture.store.unpack(into: directory)
    let archive = ArchiveFixture.nightly.file.string
    // With so small a filter plan9port's server loses bits, and with them blocks: one of this archive.
    try ChildProcess.run("sed", "-i", "/^bloom/d", "venti.conf", directory: store)
    do {
      let server = try Plan9port.Server(plan9port, store, "-r")
      try plan9port.run("unvac", "-h", server.address, archive, directory: makeDirectory("theirs"))
      try server.stop()
    }
    let server = try StoreServer(store)
    try plan9port.run("unvac", "-h", server.address, archive, directory: makeDirectory("ours"))
    try ChildProcess.run(
      "diff", "-r", directory.appending("theirs").string, directory.appending("ours").string)
    #expect(try ChildProcess.run("find", directory.appending("ours").string).count > 500)
  }

  @Test("each side's copy and wrarena fill the other's server, and its checks find all in order")
  func copies() throws {
    let source = try StoreServer(StoreFixture.store.unpack(into: directory))
    let theirs = try makeStore("theirs")
    let ours = try makeStore("ours")
    do {
      let server = try Plan9port.Server(plan9port, theirs)
      try ChildProcess.run(venti, "copy", source.address, server.address, Self.archive)
      try ChildProcess.run(
        venti, "wrarena", "-o3940352", "-h", server.address, "store/arenas0",
        directory: directory)
      try server.stop()
    }
    do {
      let server = try StoreServer(ours, options: [])
      try plan9port.run("venti/copy", source.address, server.address, Self.archive)
      try plan9port.run(
        "venti/wrarena", "-h", server.address, "store/arenas0", directory: directory)
      try server.stop()
    }
    for store in [theirs, ours] { try checkBothWays(store) }
    for archive in [Self.archive, "vac:8fd8be36afc4803d0cbc6c3bb0881393d5369d55"] {
      try ChildProcess.run(venti, "verify-score", "-h", ours.string, archive)
    }
  }

  /// All checks of both sides.
  private func checkBothWays(_ store: FilePath) throws {
    try ChildProcess.run(venti, "syncindex", "venti.conf", directory: store)
    try ChildProcess.run(venti, "check", store.string)
    try store.appending("tmp").create(byteCount: 64 << 20)
    try plan9port.run("venti/checkindex", "venti.conf", "tmp", directory: store)
    try ChildProcess.run(venti, "checkindex", "venti.conf", "tmp", directory: store)
    for tool in ["checkarenas", "verifyarena"] {
      let child = try plan9port.start("venti/\(tool)", ["-v", "arenas"], directory: store)
      #expect(try child.waitForExit() == .success)
      #expect(!child.errorOutput.contains(/mismatch|bad|corrupt|incorrect|illegal/))
    }
  }

  @Test("a tree that vac stored in our store through our server comes back through its own server")
  func trees() throws {
    let store = try makeStore("store")
    let tree = directory.appending("tree")
    try ChildProcess.run("cp", "-r", "Sources/VentiStore", tree.string)
    let archive = directory.appending("tree.vac").string
    do {
      let server = try StoreServer(store, options: [])
      try plan9port.run("vac", "-h", server.address, "-f", archive, "tree", directory: directory)
      try server.stop()
    }
    let server = try Plan9port.Server(plan9port, store)
    try plan9port.run(
      "unvac", "-h", server.address, archive, directory: try makeDirectory("restored"))
    try ChildProcess.run("diff", "-r", tree.string, directory.appending("restored/tree").string)
    try ChildProcess.run(venti, "verify-score", "-h", server.address, archiveScore(archive))
    try server.stop()
    try checkBothWays(store)
  }

  private func makeDirectory(_ name: String) throws -> FilePath {
    try ChildProcess.run("mkdir", directory.appending(name).string)
    return directory.appending(name)
  }

  private func archiveScore(_ file: String) throws -> String {
    try ChildProcess.run("cat", FilePath(file).string).replacing("\n", with: "")
  }
}
