import SystemPackage
import TestSupport
import Testing

struct ManifestTests {
  private let directory: TemporaryDirectory
  private var top: FilePath { directory.path.appending("tree") }

  init() throws {
    directory = try TemporaryDirectory()
    try ChildProcess.run(
      "sh", "-c",
      """
      umask 022
      mkdir -p tree/sub tree/empty
      printf hello >tree/sub/file
      touch -d @4294967294 tree/sub/file
      printf 1 >tree/"$(printf 'latin1-\\351\\377')"
      ln -s "$(printf 'to-\\351')" tree/link
      mkfifo -m 640 tree/fifo
      """, directory: directory.path)
  }

  @Test("a manifest tells a file's type, permissions, size, time and contents")
  func file() throws {
    let row = try #require(try Manifest(of: top)["sub/file"])

    #expect(row.type == "f")
    #expect(row.mode == "644")
    #expect(row.size == 5)
    #expect(row.mtime == 4_294_967_294)
    #expect(
      row.sha256 == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
  }

  @Test("a byte that is not UTF-8 stands as its number")
  func escapes() throws {
    let manifest = try Manifest(of: top)

    #expect(manifest["latin1-\\xe9\\xff"]?.size == 1)
    #expect(manifest["link"]?.target == "to-\\xe9")
  }

  @Test("a device tells its numbers")
  func device() throws {
    let row = try #require(try Manifest(of: "/dev")["null"])

    #expect(row.type == "c")
    #expect(row.rdev == [1, 3])
  }

  @Test("a tree is as its own manifest says")
  func same() throws {
    let manifest = try Manifest(of: top)

    #expect(manifest.count == 6)
    #expect(manifest.differences(in: try Manifest(of: top)) == [])
  }

  @Test(
    "every change of a tree is a difference",
    arguments: [
      ("chmod 600 sub/file", "sub/file: mode 600, expected 644"),
      ("touch -d @1 sub/file", "sub/file: mtime 1, expected 4294967294"),
      ("ln -sf elsewhere link", "link: target elsewhere, expected to-\\xe9"),
      ("rm fifo", "fifo: missing"),
      ("rmdir empty; echo >empty", "empty: type f, expected d"),
      ("mkdir empty/extra", "empty/extra: not expected"),
    ])
  func changes(command: String, difference: String) throws {
    let manifest = try Manifest(of: top)
    try ChildProcess.run("sh", "-c", command, directory: top)

    let differences = manifest.differences(in: try Manifest(of: top))

    #expect(differences.contains { $0.hasPrefix(difference) }, "\(differences)")
  }

  @Test("changed contents are a difference, even of the same size and time")
  func contents() throws {
    let manifest = try Manifest(of: top)
    try ChildProcess.run(
      "sh", "-c", "printf hellO >sub/file; touch -d @4294967294 sub/file", directory: top)

    let differences = manifest.differences(in: try Manifest(of: top))

    #expect(differences.count == 1)
    #expect(differences.first?.hasPrefix("sub/file: sha256 ") == true)
  }

  @Test("names that differ only in their Unicode composition are different")
  func composition() {
    let composed = Manifest([ManifestRow(path: "\u{e9}", type: "d")])
    let decomposed = Manifest([ManifestRow(path: "e\u{301}", type: "d")])

    #expect(composed.differences(in: decomposed) == ["\u{e9}: missing", "e\u{301}: not expected"])
  }

  @Test("a directory that leads to a manifest's files needs no row of its own")
  func leading() {
    let row = ManifestRow(path: "2026/1122/home", type: "d")
    let leading = ["2026", "2026/1122"].map { ManifestRow(path: $0, type: "d") }
    let beside = ManifestRow(path: "2026/1123", type: "d")

    let differences = Manifest([row]).differences(in: Manifest(leading + [row, beside]))

    #expect(differences == ["2026/1123: not expected"])
  }
}
