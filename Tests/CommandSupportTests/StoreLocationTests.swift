import CommandSupport
import SystemPackage
import TestSupport
import Testing
import VentiWire

struct StoreLocationTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test("a directory or a file of this machine is a local store")
  func local() throws {
    let path = directory.path
    #expect(try StoreLocation(path.string) == .local(path))
    let store = try StoreFixture.storeV4.unpack(into: path)
    let configuration = store.appending("venti.conf")
    #expect(try StoreLocation(configuration.string) == .local(configuration))
  }

  @Test(
    "anything that is no path is a server",
    arguments: [
      ("backup", "tcp!backup!17034"), ("backup:17", "tcp!backup!17"),
      ("tcp!backup", "tcp!backup!17034"), ("[::1]:17034", "tcp!::1!17034"),
      ("unix!/no/such/socket", "unix!/no/such/socket"),
    ])
  func server(text: String, dial: String) throws {
    #expect(try StoreLocation(text) == .server(try DialString(dial)))
  }

  @Test("a path that does not exist, and an address that means nothing, are refused by name")
  func refused() {
    let missing = directory.path.appending("missing").string
    for text in [missing, "udp!host!1", "host:nosuchservice", ""] {
      let error = #expect(throws: CommandError.self) { try StoreLocation(text) }
      #expect(error?.description.contains("'\(text)'") == true, "\(text)")
    }
  }

  @Test("the option comes before the variable; with neither, and with an empty one, it says so")
  func precedence() throws {
    let fromOption = try StoreLocation(option: "one", variable: "two")
    let fromVariable = try StoreLocation(option: nil, variable: "two")
    #expect(fromOption == .server(try DialString("one")))
    #expect(fromVariable == .server(try DialString("two")))
    let none = UserStore { _ in nil }
    #expect(throws: CommandError.self) { try StoreLocation(option: nil, variable: nil, own: none) }
    #expect(throws: CommandError.self) { try StoreLocation(option: nil, variable: "", own: none) }
  }

  @Test("the user's own store is where the XDG specification says")
  func userStore() {
    func directory(_ variables: [String: String]) -> FilePath? {
      UserStore { variables[$0] }.directory
    }
    #expect(directory(["XDG_DATA_HOME": "/data", "HOME": "/home/g"]) == "/data/venti")
    #expect(directory(["XDG_DATA_HOME": "data", "HOME": "/h"]) == "/h/.local/share/venti")
    #expect(directory(["HOME": "/h"]) == "/h/.local/share/venti")
    #expect(directory([:]) == nil)
  }

  @Test("the user's own store is used once it is there, and is made with a word about it")
  func ownStore() throws {
    let data = directory.path.appending("data").string
    let own = UserStore { $0 == "XDG_DATA_HOME" ? data : nil }
    #expect(throws: CommandError.self) { try StoreLocation(option: nil, variable: nil, own: own) }

    var lines: [String] = []
    try own.make { lines.append($0) }
    try own.make { lines.append($0) }

    #expect(lines == ["made a store of your own in \(data)/venti; 'venti grow' adds room to it"])
    let location = try StoreLocation(option: nil, variable: nil, own: own)
    #expect(location == .local(FilePath(data).appending("venti")))
    _ = try WritableStore(at: location) { _ in }
  }
}
