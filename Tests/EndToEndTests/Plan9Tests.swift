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
    // Not read-only: of what is not indexed, such a server of plan9port's finds nothing.
    let server = try Plan9port.Server(Plan9port(), store)
    try withExtendedLifetime(server) {
      try withMount(of: archive.text, from: server.address) { mount in
        try expectManifest(of: archive, at: mount)
      }
    }
  }
}
