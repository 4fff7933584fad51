import SystemPackage
import TestSupport
import Testing
import VentiClient
import VentiCore
import VentiWire

/// `venti ro` stands before a server, or a store of this machine, and lets nothing through that writes.
@Suite(.timeLimit(.minutes(1)))
struct ReadOnlyProxyTests {
  private let temporary: TemporaryDirectory

  init() throws {
    temporary = try TemporaryDirectory()
  }

  /// A proxy, and where it listens.
  private func proxy(for store: String) throws -> (ChildProcess, DialString) {
    let process = try ChildProcess(
      Fixture.program("venti"), ["ro", "-h", store, "-a", "tcp!127.0.0.1!0", "-v"])
    try process.waitForOutput("venti ro: serving at ")
    let address = process.output.split(separator: "\n").first?.split(separator: " ").last
    return (process, try DialString(String(try #require(address))))
  }

  @Test("blocks are read through it, and none written", arguments: [true, false])
  func readOnly(isServed: Bool) throws {
    let store = try StoreFixture.store.unpack(into: temporary.path)
    let server = isServed ? try StoreServer(store, options: []) : nil
    let (process, address) = try proxy(for: server?.address ?? store.string)
    let client = try VentiClient.connect(to: address)

    let root = try LabelledScore(ArchiveFixture.nightly.text).score
    #expect(try client.read(BlockAddress(root, .root, limit: 300)).score == root)
    #expect(throws: BlockError.notFound(.none, .data)) {
      try client.read(BlockAddress(.none, .data, limit: 300))
    }
    let error = #expect(throws: BlockError.self) {
      try client.write(Block(Array("new".utf8)), type: .data)
      try client.sync()
    }
    #expect(error == .readOnly)
    #expect(try client.read(BlockAddress(root, .root, limit: 300)).score == root)

    #expect(try process.terminate() == .success)
    try server?.stop()
    #expect(try ChildProcess.run(Fixture.program("venti"), "roots", store.string).isEmpty == false)
  }

  @Test("vac says that it cannot write there, and writes nothing")
  func vac() throws {
    let store = try StoreFixture.store.unpack(into: temporary.path)
    let (process, address) = try proxy(for: store.string)
    try ChildProcess.run("sh", "-c", "echo new >file", directory: temporary.path)

    let vac = try ChildProcess(
      Fixture.program("vac"), ["-h", "\(address)", "-f", "file.vac", "file"],
      directory: temporary.path)

    #expect(try vac.waitForExit() == .exited(1))
    #expect(vac.errorOutput.contains("store is read-only"), "\(vac.errorOutput)")
    #expect(FilePath("\(temporary.path)/file.vac").exists == false)
    #expect(try process.terminate() == .success)
  }
}

extension FilePath {
  fileprivate var exists: Bool {
    (try? FileDescriptor.open(self, .readOnly).close()) != nil
  }
}
