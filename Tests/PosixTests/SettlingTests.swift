import Posix
import Testing

/// When a file's times tell of its next change.
@Suite struct SettlingTests {
  private static let tick = 0.004

  /// A file that was changed at a moment, asked about at another one.
  private static func seconds(
    changed: (Int64, UInt32), modified: UInt32? = nil, at now: (Int64, UInt32)
  ) -> Double {
    let change = FileStatus.Time(seconds: changed.0, nanoseconds: changed.1)
    let status = FileStatus(
      kind: .file, permissions: 0o644, linkCount: 1, user: 0, group: 0,
      identity: FileStatus.Identity(fileSystem: 1, inode: 2),
      modified: FileStatus.Time(seconds: changed.0, nanoseconds: modified ?? changed.1),
      accessed: change, changed: change)
    return status.secondsUnsettled(
      at: FileStatus.Time(seconds: now.0, nanoseconds: now.1), tick: tick)
  }

  @Test("in the tick of the last change the next one is not seen, after it is")
  func fine() {
    #expect(Self.seconds(changed: (100, 8_000_000), at: (100, 8_000_000)) == Self.tick)
    #expect(Self.seconds(changed: (100, 8_000_000), at: (100, 12_000_000)) == 0)
    #expect(Self.seconds(changed: (100, 8_000_000), at: (101, 0)) == 0)
  }

  @Test("where times are whole seconds, two seconds after the last change")
  func coarse() {
    #expect(Self.seconds(changed: (100, 0), at: (100, 0)) == 2)
    #expect(Self.seconds(changed: (100, 0), at: (101, 500_000_000)) == 0.5)
    #expect(Self.seconds(changed: (100, 0), at: (102, 0)) == 0)
    // Its contents are older, and have parts of a second: so have all of its times.
    #expect(Self.seconds(changed: (100, 0), modified: 1, at: (100, 4_000_000)) == 0)
  }

  @Test("a clock that is ahead is not waited for")
  func ahead() {
    #expect(Self.seconds(changed: (200, 1), at: (100, 0)) == 0)
    #expect(Self.seconds(changed: (200, 0), at: (100, 0)) == 0)
    #expect(Self.seconds(changed: (.max, 0), at: (.min, 0)) == 0)
  }

  @Test("time goes on, tick after tick")
  func clock() {
    let begin = FileStatus.Time.ofChangesNow
    Deadline.after(seconds: 2 * FileStatus.Time.tickSeconds).wait()
    #expect(begin < FileStatus.Time.ofChangesNow)
    #expect(0 < FileStatus.Time.tickSeconds && FileStatus.Time.tickSeconds <= 0.1)
  }
}
