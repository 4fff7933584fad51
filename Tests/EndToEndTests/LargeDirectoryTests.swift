import TestSupport
import Testing

@Suite(.mounts, .timeLimit(.minutes(5)))
struct LargeDirectoryTests {
  private static let fileCount = 100_000

  @Test("a directory of 100 000 files is listed, searched and read without trouble")
  func largeDirectory() throws {
    let archive = try WideArchive(fileCount: Self.fileCount)
    let output = try withServer(of: archive.store) { address in
      try withMount(of: "\(archive.score)", from: address) { mount in
        try shell(
          """
          ls -U | wc -l
          ls | sort | uniq | wc -l
          find . -name 'file?????' -size -2 -printf '%i\\n' | sort -u | wc -l
          cat file0 file99999 file50000
          ls file100000 2>&1 || true
          """, in: mount.path, within: 60)
      }
    }
    #expect(
      output == """
        \(Self.fileCount)
        \(Self.fileCount)
        90000
        one of many
        one of many
        one of many
        ls: cannot access 'file100000': No such file or directory

        """)
  }
}
