import Glibc
import SystemPackage
import TestSupport
import Testing

/// A directory with a store, in which programs are run.
final class Workplace: Sendable {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    try ChildProcess.run(
      Fixture.program("venti"), "init", "--size", "1g", directory.path.appending("store").string)
  }

  /// What `-h` is given.
  var store: String { path("store").string }

  func path(_ name: String) -> FilePath { directory.path.appending(name) }

  func text(_ name: String) throws -> String {
    try ChildProcess.run("cat", path(name).string)
  }

  /// A store that anybody may write to.
  func makeStore() throws -> String {
    try ChildProcess.run(Fixture.program("venti"), "init", "--size", "1g", path("open").string)
    try shell("chmod -R a+rwX open")
    return path("open").string
  }

  @discardableResult
  func shell(_ script: String) throws -> String {
    try ChildProcess.run("bash", "-euc", script, directory: directory.path)
  }

  /// Serves the store, for writers too, while `body` runs.
  func serving(_ body: (_ address: String) throws -> Void) throws {
    let (server, address) = try serve(at: "tcp!127.0.0.1!0")
    try body(address)
    #expect(try server.terminate() == .success)
  }

  /// Starts a server of the store.
  func serve(at address: String) throws -> (server: ChildProcess, address: String) {
    let server = try ChildProcess(
      Fixture.program("venti"),
      ["serve", "-c", store, "-a", address, "--http", "tcp!127.0.0.1!0"])
    try server.waitForOutput("serving at ")
    let words = server.output.split { $0 == " " || $0 == "\n" }
    return (server, String(words.first { $0.hasPrefix("tcp!127.0.0.") } ?? ""))
  }

  /// What a program did.
  struct Outcome {
    let status: ChildProcess.ExitStatus
    let output: String
    let errors: String

    func expectSuccess(_ location: SourceLocation = #_sourceLocation) {
      #expect(status == .success, "\(errors)", sourceLocation: location)
    }
  }

  /// Starts `vac` with the store.
  func start(_ arguments: [String]) throws -> ChildProcess {
    try ChildProcess(
      Fixture.program("vac"), ["-h", store] + arguments, directory: directory.path)
  }

  /// Runs `vac` with the store.
  func vac(_ arguments: String...) throws -> Outcome {
    try outcome(of: start(arguments))
  }

  /// Runs a program; `$venti` names the store unless `environment` says otherwise.
  func run(
    _ program: String, _ arguments: String..., environment: [String: String]? = nil
  ) throws -> Outcome {
    try outcome(
      of: ChildProcess(
        Fixture.program(program), arguments, environment: environment ?? ["venti": store],
        directory: directory.path))
  }

  /// Runs `vac` as a user who may not read everything.
  func vacAsNobody(_ arguments: String...) throws -> Outcome {
    let vac = Fixture.program("vac")
    guard geteuid() == 0 else {
      return try outcome(of: ChildProcess(vac, arguments, directory: directory.path))
    }
    let command = ["--reuid=65534", "--regid=65534", "--clear-groups", vac.string] + arguments
    return try outcome(of: ChildProcess("setpriv", command, directory: directory.path))
  }

  private func outcome(of child: ChildProcess) throws -> Outcome {
    let status = try child.waitForExit(within: 120)
    return Outcome(status: status, output: child.output, errors: child.errorOutput)
  }
}
