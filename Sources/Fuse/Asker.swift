internal import Posix
internal import SystemPackage

/// The thread on whose behalf the kernel asks.
package struct Asker: Sendable, Equatable {
  private let thread: Int32

  /// Names a thread by its number; 0 is one that this process cannot see.
  init(thread: Int32) {
    self.thread = thread
  }

  /// Whether a signal is about to end it, or has.
  ///
  /// True as well where nothing can be found out: then an interruption is all that is known.
  var isDying: Bool {
    guard let status = try? SmallFile.read(FilePath("/proc/\(thread)/status")) else { return true }
    return Self.isDying(status: String(decoding: status, as: UTF8.self))
  }

  /// The same, from the text of `/proc/PID/status` (proc(5)).
  package static func isDying(status: String) -> Bool {
    var masks: [Substring: UInt64] = [:]
    for line in status.split(separator: "\n") {
      let words = line.split(separator: "\t")
      guard words.count == 2, let mask = UInt64(words[1], radix: 16) else { continue }
      masks[words[0]] = mask
    }
    guard let pending = masks["SigPnd:"], let shared = masks["ShdPnd:"],
      let blocked = masks["SigBlk:"], let ignored = masks["SigIgn:"], let caught = masks["SigCgt:"]
    else { return true }
    return (pending | shared) & ~(blocked | ignored | caught | stopping) != 0
  }

  /// SIGSTOP, SIGTSTP, SIGTTIN and SIGTTOU; bit 0 is signal 1.
  private static let stopping: UInt64 = 0xf << 18
}
