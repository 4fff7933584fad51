import Logging
import TestSupport
import Testing
import VentiCore
import VentiServer
import VentiWire

/// Serves a store that is in the memory of the test, for as long as `body` runs.
///
/// The server has threads of its own, and it is another process that mounts.
func withServer<Result>(
  of store: any BlockFetcher, _ body: (_ address: String) throws -> Result
) throws -> Result {
  let server = try VentiServer.start(
    reading: store, at: [.tcp(host: "127.0.0.1", port: 0)],
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  defer { server.stop() }
  return try body("\(try #require(server.addresses.first))")
}
