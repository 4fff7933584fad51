import TestSupport
import Testing
import VacArchive
import VentiCore

@Suite(.mounts, .timeLimit(.minutes(5)))
struct ExtendedAttributeTests {
  /// Mounts an archive of one file with a short and a long attribute, and runs a script in it.
  private func inMount(_ options: [String], _ script: String) throws -> String {
    let store = MemoryStore()
    var writer = ArchiveWriter(to: store, layout: try BlockLayout(blockSize: 8192))
    var directory = writer.makeDirectory()
    var file = FileDescription(
      name: Array("file".utf8), kind: .file, permissions: 0o644,
      modified: FileTime(seconds: 1_700_000_000, nanoseconds: 0), qid: writer.nextNumber())
    file.attributes = [
      ExtendedAttribute(name: Array("user.note".utf8), value: Array("so it is".utf8)),
      ExtendedAttribute(
        name: Array("user.long".utf8), value: Array(repeating: UInt8(ascii: "x"), count: 30_000)),
    ]
    let contents = try store.tree(of: [1, 2, 3], pointerSize: 8192, leafSize: 8192)
    try directory.append(file, contents: contents)
    let score = try writer.finish(top: directory.finish())
    return try withServer(of: store) { address in
      try withMount(of: "\(score)", from: address, options) { try shell(script, in: $0.path) }
    }
  }

  @Test("--xattr shows attributes, short and long, as they were archived")
  func shown() throws {
    let output = try inMount(
      ["--xattr"],
      """
      getfattr -m - file | grep user
      getfattr --only-values -n user.note file; echo
      getfattr --only-values -n user.long file | wc -c
      getfattr -n user.none file 2>&1 || true
      """)
    #expect(
      output == """
        user.long
        user.note
        so it is
        30000
        file: user.none: No such attribute

        """)
  }

  @Test("without it there are none")
  func hidden() throws {
    let output = try inMount([], "getfattr -m - file 2>&1 || true; ls -l file | wc -l")
    #expect(output == "1\n" || output == "getfattr: file: Operation not supported\n1\n")
  }
}
