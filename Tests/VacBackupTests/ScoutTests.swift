import Posix
import TestSupport
import Testing
import VacArchive
import VacBackup

/// Where a walk has to wait for the system, others go ahead of it; the archive is the same.
@Suite(.mounts, .timeLimit(.minutes(2)))
struct ScoutTests {
  /// Archives all in a mounted tree, while `body` runs.
  private func archive(_ server: TestServer, while body: () -> Void) throws -> [String] {
    let tree = try SourceTree()
    let names = ["many", "weary"].map { SourceArgument(Array("\(server.mountpoint)/\($0)".utf8)) }
    let backup = try tree.makeBackup(of: ArgumentList(names))
    let result = Monitor<Result<ArchiveScore, any Error>?>(nil)
    Thread.start("backup") {
      let outcome = Result { try backup.run() }
      result.update { $0 = outcome }
    }
    body()
    let outcome = try #require(result.wait(until: .after(seconds: 60)) { $0 })
    #expect(tree.problems == [])
    return try tree.paths(in: outcome.get())
  }

  @Test("files that take long to look up are asked for together")
  func together() throws {
    let server = try TestServer("directories=60", "files=1", "late-names")
    let paths = try archive(server) {
      #expect(server.ask("hanging 2") == "they hang")
      server.ask("release")
    }
    #expect(paths.suffix(4) == ["weary", "weary/late", "weary/later", "weary/prompt"])
    #expect(server.end())
  }
}
