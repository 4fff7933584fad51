import Fuse
import FuseTestTree
import Glibc
import Posix

/// Mounts a `MemoryTree` and obeys its standard input.
///
/// A word a line:
/// - `count`: prints how many messages the kernel has sent since the last time;
/// - `hanging N`: waits until N reads hang;
/// - `hung`: prints how many reads have hung;
/// - `release`: lets them go on;
/// - `die`: ends without further ado.
///
/// It prints `ready` once the mount answers, and answers each word with one line. The end of
/// its input unmounts: nothing stays behind when a test dies.
@main
enum FuseTestServer {
  static func main() {
    do throws(FuseError) {
      try serve(Arguments(CommandLine.arguments))
    } catch {
      print("failed: \(error)")
      exit(1)
    }
  }

  private static func serve(_ arguments: Arguments) throws(FuseError) {
    let tree = MemoryTree.sample(
      directories: arguments.directories, filesEach: arguments.filesEach,
      meanByteCount: arguments.meanByteCount)
    if arguments.hasHangingLink { tree.addHangingLink() }
    if arguments.hasHangingNames { tree.addHangingNames() }
    let messages = Monitor(0)
    let session = try Session(
      mounting: tree, at: arguments.mountpoint, options: arguments.options(counting: messages))
    try session.run {
      say("ready")
      Thread.start("commands") {
        while let line = readLine() { say(obey(line, tree, messages)) }
        try? session.unmount()
      }
    }
    say("ended")
  }

  private static func obey(_ line: String, _ tree: MemoryTree, _ messages: Monitor<Int>) -> String {
    let words = line.split(separator: " ")
    switch words.first {
    case "count":
      return messages.withLock { count in
        defer { count = 0 }
        return "\(count)"
      }
    case "hanging":
      guard words.count == 2, let count = Int(words[1]) else { return "hanging how many?" }
      return tree.waitForHanging(count) ? "they hang" : "they do not hang"
    case "hung": return "\(tree.hangCount)"
    case "die":
      raise(SIGKILL)
      return "dead"
    case "release":
      tree.release()
      return "released"
    default:
      return "unknown"
    }
  }

  private static func say(_ line: String) {
    FileDescriptorOutput.standardOutput.write(line)
  }
}
