import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiServer
import VentiWire

/// Side by side with plan9port, where `$PLAN9` names one.
@Suite(.plan9, .timeLimit(.minutes(2)))
struct Plan9portTests {
  private let plan9: FilePath

  init() throws {
    plan9 = try #require(TestEnvironment.plan9)
  }

  private func run(_ program: String, _ arguments: String...) throws -> String {
    let child = try ChildProcess(plan9.appending("bin/\(program)"), arguments)
    let status = try child.waitForExit()
    try #require(status == .success, "\(program): \(child.errorOutput)")
    return child.output
  }

  /// Formats a store in `directory` and starts its server, which has no way to choose a port.
  private func startServer(in directory: FilePath) throws -> (ChildProcess, DialString) {
    let port = try RawSocket.listen().port
    for (name, size) in [("arenas0", "64M"), ("isect0", "8M")] {
      try ChildProcess.run("truncate", "-s", size, directory.appending(name).string)
    }
    let arenas = directory.appending("arenas0").string
    let section = directory.appending("isect0").string
    let configuration = directory.appending("venti.conf")
    _ = try run("venti/fmtarenas", "-a", "16M", "arenas0.", arenas)
    _ = try run("venti/fmtisect", "isect0.", section)
    let text = """
      index main
      isect \(section)
      arenas \(arenas)
      addr tcp!127.0.0.1!\(port)
      mem 8m
      bcmem 8m
      icmem 8m

      """
    let file = try FileDescriptor.open(
      configuration, .writeOnly, options: .create, permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll(text.utf8) }
    _ = try run("venti/fmtindex", configuration.string)
    let server = try ChildProcess(
      plan9.appending("bin/venti/venti"), ["-s", "-c", configuration.string])
    try server.waitForOutput("serving.")
    return (server, .tcp(host: "127.0.0.1", port: port))
  }

  @Test("its server is a store for our client, like any other")
  func ourClient() throws {
    try withTemporaryDirectory { directory in
      let (server, dial) = try startServer(in: directory)
      let client = try VentiClient.connect(to: dial)
      for stored in BlockSourceConformance.contents {
        #expect(try client.write(stored.block, type: stored.type) == stored.block.score)
      }
      try client.sync()

      for rule in BlockSourceConformance.allCases { try rule.check(client) }
      _ = try server.terminate()
    }
  }

  @Test("its clients store a tree in our server, and get it back")
  func itsClients() throws {
    try withTemporaryDirectory { directory in
      let test = try ServerUnderTest()
      let host = "tcp!127.0.0.1!\(test.port)"
      let source = directory.appending("tree")
      try ChildProcess.run("mkdir", source.string)
      try ChildProcess.run("cp", "-r", "Sources/VentiWire", source.string)
      let archive = directory.appending("tree.vac").string
      _ = try run("vac", "-h", host, "-f", archive, source.string)
      _ = try run("venti/sync", "-h", host)
      let target = directory.appending("restored")
      try ChildProcess.run("mkdir", target.string)
      let unvac = try ChildProcess(
        plan9.appending("bin/unvac"), ["-h", host, archive], directory: target)
      #expect(try unvac.waitForExit() == .success)
      try ChildProcess.run(
        "diff", "-r", source.string, target.appending("tree").string)
      #expect(test.store.count > 5)
      test.server.stop()
    }
  }

  @Test("its small clients show our answers")
  func smallClients() throws {
    let test = try ServerUnderTest()
    let host = "tcp!127.0.0.1!\(test.port)"
    let block = Block(Array("hello world".utf8))
    try test.store.write(block, type: .directory)
    #expect(try run("venti/read", "-h", host, "-t", "8", "\(block.score)") == "hello world")
    let missing = try ChildProcess(
      plan9.appending("bin/venti/read"), ["-h", host, "-t", "0", "\(block.score)"])
    #expect(try missing.waitForExit() == .exited(1))
    test.server.stop()
  }
}
