import Logging
import Posix
import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiServer

@Suite(.mounts, .timeLimit(.minutes(5)))
struct LargeDirectoryTests {
  private let archive: WideArchive
  private let server: VentiServer

  private static let fileCount = 100_000

  init() throws {
    archive = try WideArchive(fileCount: Self.fileCount)
    server = try VentiServer.start(
      reading: archive.store, at: [.tcp(host: "127.0.0.1", port: 0)],
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  @Test("a directory of 100 000 files is listed, searched and read without trouble")
  func largeDirectory() throws {
    defer { server.stop() }
    let address = try #require(server.addresses.first)
    try withMount(of: "\(archive.score)", from: "\(address)") { mount in
      let output = try shell(
        """
        ls -U | wc -l
        ls | sort | uniq | wc -l
        find . -name 'file?????' -size -2 -printf '%i\\n' | sort -u | wc -l
        cat file0 file99999 file50000
        ls file100000 2>&1 || true
        """, in: mount.path, within: 60)
      let count = "\(Self.fileCount)"
      #expect(
        output == """
          \(count)
          \(count)
          90000
          one of many
          one of many
          one of many
          ls: cannot access 'file100000': No such file or directory

          """)
    }
  }
}
