import Glibc
import Posix
import SystemPackage
import TestSupport
import Testing

struct LockFileTests {
  @Test("a lock that is held says by whom, and is free when its owner goes")
  func held() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending("lock")
      let first = try LockFile(path)
      #expect(throws: LockFile.Failure.held(by: Int(getpid()))) { try LockFile(path) }
      withExtendedLifetime(first) {}
    }
  }

  @Test("a lock is free at once, though a process that is being started has its descriptor too")
  func inherited() throws {
    try withTemporaryDirectory { directory in
      let path = directory.appending("lock")
      var lock: LockFile? = try LockFile(path)
      let copy = try #require(copyOfDescriptor(of: path))
      defer { close(copy) }

      withExtendedLifetime(lock) {}
      lock = nil

      _ = try LockFile(path)
    }
  }

  /// What fork(2) gives a child.
  private func copyOfDescriptor(of path: FilePath) -> CInt? {
    for descriptor in CInt(3)..<1024 {
      var name = [UInt8](repeating: 0, count: 4096)
      let count = readlink("/proc/self/fd/\(descriptor)", &name, name.count)
      if count > 0, String(decoding: name.prefix(count), as: UTF8.self) == path.string {
        return dup(descriptor)
      }
    }
    return nil
  }
}
