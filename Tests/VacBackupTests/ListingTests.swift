import Testing
import VacArchive
import VacBackup
import VentiCore

struct ListingTests {
  /// The lines of a listing, dates apart: they depend on the time zone.
  private func lines(_ test: TestArchive) throws -> [String] {
    let listing = Listing(from: test.store)
    var walk = try ArchiveWalk(test.archive, in: test.store)
    var lines: [String] = []
    while let step = try walk.next() {
      switch step {
      case .enter(let item), .file(let item):
        var line = ""
        _ = try listing.write(item, at: walk.path) { line += String(decoding: $0, as: UTF8.self) }
        lines.append(line.replacing(/\d{4}-\d\d-\d\d \d\d:\d\d/, with: "DATE"))
      case .leave, .fault: break
      }
    }
    return lines
  }

  @Test("the columns are those of ls -l")
  func columns() throws {
    let test = try TestArchive(
      directory("d", mode: 0o1777, file("f", "12345", mode: 0o6711)),
      link("l", to: "d/f").with { $0.owner = Array("glenda".utf8) }, special("p", .pipe),
      special("c", .device, contents: Array("c 3 1".utf8)).with {
        $0.device = DeviceNumber(isBlock: false, major: 1, minor: 3)
      }, special("s", .socket),
      file("x", mode: 0o4644).with { $0.ownerNumbers = UnixMetadata.Owner(user: 7, group: 8) })

    #expect(
      try lines(test) == [
        "crw------- -        -               1, 3 DATE c",
        "drwxrwxrwt -        -                  0 DATE d",
        "-rws--s--x -        -                  5 DATE d/f",
        "lrwxrwxrwx glenda   -                  3 DATE l -> d/f",
        "prw------- -        -                  0 DATE p",
        "srw------- -        -                  0 DATE s",
        "-rwSr--r-- 7        8                  0 DATE x",
      ])
  }

  @Test("files come in the order of the archive: a name after those that begin with it")
  func order() throws {
    let test = try TestArchive(file("a"), file("ab"), file("abc"), file("b"))

    let names = try lines(test).compactMap { $0.split(separator: " ").last }

    #expect(names == ["abc", "ab", "a", "b"])
  }

  @Test("JSON says the same exactly")
  func json() throws {
    let test = try TestArchive(
      file("a\"\\\n", "12345", mode: 0o640).with {
        $0.owner = [0xe9]
        $0.linkCount = 2
      })
    var walk = try ArchiveWalk(test.archive, in: test.store)
    guard case .file(let item) = try walk.next(), case .stream(let entry) = item.contents else {
      return #expect(Bool(false), "expected a file")
    }

    var line = ""
    _ = try JSONListing(from: test.store).write(item, at: walk.path) {
      line += String(decoding: $0, as: UTF8.self)
    }

    #expect(
      line
        == #"{"path": "a\"\\\n", "type": "file", "mode": "640", "user": "\#u{fffd}", "#
        + #""user_hex": "e9", "group": "", "size": 5, "mtime": 1700000000, "#
        + #""mtime_ns": 123456789, "links": 2, "number": \#(item.number), "#
        + #""score": "\#(entry.score)"}"#)
  }
}
