import SystemPackage
import TestSupport
import Testing

/// The same archives from plan9port's own server, where there is one.
@Suite(.plan9, .mounts, .timeLimit(.minutes(5)))
struct Plan9Tests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test(
    "an archive mounted from plan9port's server is its manifest", arguments: ArchiveFixture.allCases
  )
  func mounted(archive: ArchiveFixture) throws {
    let store = try archive.store.unpack(into: directory.path)
    let (server, address) = try serve(store)
    try withExtendedLifetime(server) {
      try withMount(of: archive.text, from: address) { mount in
        try expectManifest(of: archive, at: mount)
      }
    }
  }

  /// Starts plan9port's server on a store, read-only.
  private func serve(_ store: FilePath) throws -> (ChildProcess, address: String) {
    let plan9 = try #require(TestEnvironment.plan9)
    // It cannot choose a free port by itself.
    let ports = (try RawSocket.listen().port, try RawSocket.listen().port)
    try shell(
      """
      sed -i -e 's/^addr .*/addr tcp!127.0.0.1!\(ports.0)/' \
        -e 's/^httpaddr .*/httpaddr tcp!127.0.0.1!\(ports.1)/' venti.conf
      """, in: store)
    let server = try ChildProcess(
      plan9.appending("bin/venti/venti"), ["-s", "-r", "-c", "venti.conf"],
      environment: ["PLAN9": plan9.string], directory: store)
    try server.waitForOutput("serving.")
    return (server, "tcp!127.0.0.1!\(ports.0)")
  }
}
