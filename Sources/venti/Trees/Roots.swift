import ArgumentParser
import CommandSupport
import VentiCore
import VentiStore
import VentiTools
import VentiWire

/// Lists the archives of a store.
struct Roots: ToolCommand {
  static let configuration = CommandConfiguration(
    abstract: "List every archive of a store, the newest last: score, time, name.",
    discussion: """
      A store of this machine is looked through; a server is asked for its page /roots.
      """,
    helpNames: .long)

  /// The port that venti's web pages usually have.
  private static let usualPort: UInt16 = 8000

  @Flag(name: .customLong("json"), help: "Print an array of JSON objects.")
  var isJSON = false

  @Option(
    name: .customLong("http"),
    help: "Where the server's web pages are: host:port. Default: port 8000 of the store's host.")
  var http: String?

  @Argument(help: "The store, as with -h.", completion: .file())
  var store: String?

  @OptionGroup var option: StoreOption

  func validate() throws { try option.validate(besides: store) }

  func runTool() throws -> Bool {
    let (list, isSound) = try list()
    if isJSON {
      print(list.json)
    } else {
      for line in list.lines { print(line) }
    }
    return isSound
  }

  private func list() throws -> (ArchiveList, isSound: Bool) {
    if let http { return (try ask(DialString(http)), true) }
    switch try option.location(or: store) {
    case .local(let path):
      let found = RootCatalog(of: try ReadOnlyStore(opening: path).arenas).look()
      for problem in found.problems { StandardError.print("venti roots: \(problem)") }
      return (ArchiveList(found.archives), found.problems.isEmpty)
    case .server(.tcp(let host, _)):
      do {
        return (try ask(.tcp(host: host, port: Self.usualPort)), true)
      } catch let error as ToolError {
        throw CommandError("\(error); --http host:port tells where the server's web pages are")
      }
    case .server(.unix(let path)):
      throw CommandError("\(quoted(path)): name the server's web pages with --http host:port")
    }
  }

  private func ask(_ address: DialString) throws -> ArchiveList {
    guard case .tcp(let host, let port) = address else {
      throw CommandError("--http \(address): expected host:port")
    }
    return try ArchiveList(parsing: HTTPQuery(host: host, port: port).get("/roots"))
  }
}
