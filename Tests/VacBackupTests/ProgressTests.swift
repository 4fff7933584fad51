import Testing
import VacBackup

/// What the line on a terminal says.
struct ProgressTests {
  @Test("progress is files, bytes, rate, what needed no sending, and the time that is left")
  func text() throws {
    let tree = try SourceTree("head -c 4000000 /dev/urandom >data; truncate -s 4000000 hole")
    let backup = try tree.makeBackup()
    _ = try backup.run()

    func text(total: Int?) -> String {
      BackupProgress(backup.counters, seconds: 2, total: total).text
    }
    let done = "2 files, 8.0 MB, 4.0 MB/s, 50% deduplicated"
    #expect(text(total: nil) == done)
    #expect(text(total: 8_000_000) == done)
    #expect(text(total: 20_000_000) == done + ", 3 s left")
    #expect(text(total: 8_000_000 + 4_000_000 * 125) == done + ", 2 min left")
    #expect(text(total: 8_000_000 + 4_000_000 * 3_725) == done + ", 1 h 2 min left")
    #expect(text(total: .max) == done + ", 277777 h 46 min left")
  }

  @Test("before anything is done, nothing is divided by zero")
  func beginning() {
    let text = BackupProgress(BackupCounters(), seconds: 0, total: 100).text
    #expect(text == "0 files, 0.0 MB, 0.0 MB/s, 0% deduplicated")
  }
}
