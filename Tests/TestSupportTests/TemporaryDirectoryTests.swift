import SystemPackage
import TestSupport
import Testing

struct TemporaryDirectoryTests {
  @Test("a temporary directory goes with all that is in it")
  func removed() throws {
    let path = try withTemporaryDirectory { path in
      try ChildProcess.run(
        "sh", "-c", "mkdir -p a/b; echo c >a/b/c; ln -s / link; mkfifo fifo", directory: path)
      return path
    }
    try ChildProcess.run("test", "!", "-e", path.string)
  }
}
