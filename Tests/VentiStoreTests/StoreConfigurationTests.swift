import SystemPackage
import TestSupport
import Testing
import VentiStore

struct StoreConfigurationTests {
  private func parse(_ text: String, path: FilePath = "/srv/venti.conf") throws(StoreError)
    -> StoreConfiguration
  {
    try StoreConfiguration(parsing: Array(text.utf8), path: path)
  }

  @Test("every word is understood")
  func words() throws {
    let configuration = try parse(
      """
      # a store
      index main\r
      \tarenas  a0
      arenas /dev/sdb:1m-2g # the second
      isect i0
      isect i1
      bloom b0
      mem 64m
      bcmem 8K
      icmem 0x10
      queuewrites
      queuewrites
      addr tcp!*!17034
      httpaddr tcp!127.0.0.1!8000
      webroot www
      mgr anything at all

      """)

    #expect(configuration.indexName == "main")
    #expect(configuration.arenas == ["/srv/a0", "/dev/sdb:1m-2g"])
    #expect(configuration.sections == ["/srv/i0", "/srv/i1"])
    #expect(configuration.bloom == "/srv/b0")
    #expect(configuration.memBytes == 64 << 20)
    #expect(configuration.bcmemBytes == 8 << 10)
    #expect(configuration.icmemBytes == 16)
    #expect(configuration.queueWrites)
    #expect(configuration.address == "tcp!*!17034")
    #expect(configuration.httpAddress == "tcp!127.0.0.1!8000")
    #expect(configuration.webroot == "/srv/www")
  }

  @Test("what is not said stays open")
  func defaults() throws {
    let configuration = try parse("index main\narenas a\n")
    #expect(configuration.sections.isEmpty)
    #expect(configuration.bloom == nil)
    #expect(configuration.memBytes == nil)
    #expect(configuration.address == nil)
    #expect(!configuration.queueWrites)
  }

  @Test("a last line without its newline counts")
  func lastLine() throws {
    #expect(try parse("index main\narenas a").arenas == ["/srv/a"])
  }

  @Test("names of files are relative to the configuration's directory")
  func relativeNames() throws {
    let text = "index main\narenas a\narenas sub/a\narenas /a\n"
    #expect(try parse(text, path: "venti.conf").arenas == ["a", "sub/a", "/a"])
    #expect(try parse(text, path: "x/venti.conf").arenas == ["x/a", "x/sub/a", "/a"])
  }

  @Test(
    "an error says the file, the line and what is wrong",
    arguments: [
      ("index main\nnonsense 1\n", 2, "'nonsense' begins no line of a venti.conf"),
      ("index main\nnonsense\n", 2, "'nonsense' is no line of a venti.conf"),
      ("index a\n\nindex b\n", 3, "'index' for the second time"),
      ("mem 1m\nmem 1m\n", 2, "'mem' for the second time"),
      ("arenas\n", 1, "'arenas' with 0 values"),
      ("isect a b\n", 1, "'isect' with 2 values"),
      ("queuewrites yes\n", 1, "'queuewrites' with 1 values"),
      ("mem 64q\n", 1, "'64q' is not a size, such as 64m"),
      ("icmem 9999999999g\n", 1, "'9999999999g' is not a size, such as 64m"),
      ("addr a b\n", 1, "'addr a b' is no line of a venti.conf"),
    ])
  func errors(text: String, line: Int, reason: String) {
    #expect(
      throws: StoreError.configuration(path: "/srv/venti.conf", line: line, reason: reason)
    ) { try parse(text) }
  }

  @Test(
    "a configuration without index or arenas is refused",
    arguments: [("arenas a\n", "no line 'index NAME'"), ("index a\n", "no line 'arenas FILE'")])
  func missing(text: String, reason: String) {
    #expect(
      throws: StoreError.configuration(path: "/srv/venti.conf", line: nil, reason: reason)
    ) { try parse(text) }
  }

  /// A directory of its own, with the files whose names and contents are given.
  private func withFiles(
    _ files: [(String, [UInt8])], _ body: (FilePath) throws -> Void
  ) throws {
    try withTemporaryDirectory { directory in
      for (name, bytes) in files {
        let file = try FileDescriptor.open(
          directory.appending(name), .writeOnly, options: .create, permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll(bytes) }
      }
      try body(directory)
    }
  }

  private let text = Array("index main\narenas a\n".utf8)

  @Test("a file, or the directory that holds it, is read")
  func files() throws {
    try withFiles([("venti.conf", text)]) { directory in
      for path in [directory, directory.appending("venti.conf")] {
        let configuration = try StoreConfiguration(contentsOf: path)
        #expect(configuration.arenas == [directory.appending("a").string])
      }
    }
  }

  @Test("a partition's own copy is read")
  func embedded() throws {
    let blank = [UInt8](repeating: 0, count: 253_952)
    let copy = Array("venti config\n".utf8) + text
    let padding = [UInt8](repeating: 0, count: 300_000 - blank.count - copy.count)
    try withFiles([("part", blank + copy + padding)]) { directory in
      let configuration = try StoreConfiguration(contentsOf: directory.appending("part"))
      #expect(configuration.indexName == "main")
    }
  }

  @Test("a partition without a copy is refused")
  func notEmbedded() throws {
    try withFiles([("part", [UInt8](repeating: 0, count: 300_000))]) { directory in
      let path = directory.appending("part")
      #expect(
        throws: StoreError.configuration(
          path: path.string, line: nil,
          reason: "partition has no 'venti config' at byte 253952")
      ) { try StoreConfiguration(contentsOf: path) }
    }
  }

  @Test("a text that is too long is refused")
  func tooLong() throws {
    let comment = [UInt8](repeating: UInt8(ascii: "#"), count: 8193)
    try withFiles([("venti.conf", comment)]) { directory in
      #expect(throws: StoreError.self) { try StoreConfiguration(contentsOf: directory) }
    }
  }

  @Test("of a file that is not there it is told how a store is made")
  func absent() throws {
    try withFiles([]) { directory in
      let path = directory.appending("venti.conf")
      #expect(
        throws: StoreError.configuration(
          path: path.string, line: nil,
          reason: "no such file or directory; 'venti init' makes a store")
      ) { try StoreConfiguration(contentsOf: path) }
    }
  }

  @Test("a directory that holds no store is told so, and how one is made")
  func noStore() throws {
    try withFiles([]) { directory in
      #expect(
        throws: StoreError.configuration(
          path: directory.string, line: nil,
          reason: "directory holds no store: it has no venti.conf; 'venti init' makes one")
      ) { try StoreConfiguration(contentsOf: directory) }
    }
  }
}
