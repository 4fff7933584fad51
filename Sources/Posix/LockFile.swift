internal import Glibc
public import SystemPackage

/// A file that one process at a time holds locked: flock(2).
///
/// The lock goes when the process does, however it ends; the file stays. It says who holds it.
public final class LockFile: Sendable {
  /// Why there is no lock.
  public enum Failure: Error, Equatable {
    /// Another process has it; nil when its number cannot be read.
    case held(by: Int?)
    /// The system refused.
    case system(Errno)
  }

  private let descriptor: CInt

  /// Locks a file, which is made if need be.
  public init(_ path: FilePath) throws(Failure) {
    descriptor = try Self.open(path)
    do throws(Errno) {
      let descriptor = descriptor
      _ = try systemCall { flock(descriptor, LOCK_EX | LOCK_NB) }
    } catch {
      throw error == .wouldBlock ? .held(by: Self.process(in: descriptor)) : .system(error)
    }
    Self.writeProcess(to: descriptor)
  }

  /// Unlocks, not only closes: a process that another thread is just starting has the descriptor too,
  /// until it becomes its program.
  deinit {
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  private static func open(_ path: FilePath) throws(Failure) -> CInt {
    do throws(Errno) {
      return try systemCall {
        unsafe path.withPlatformString {
          unsafe Glibc.open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        }
      }
    } catch {
      throw .system(error)
    }
  }

  /// The number in the file.
  private static func process(in descriptor: CInt) -> Int? {
    var text = [UInt8](repeating: 0, count: 20)
    let count = unsafe pread(descriptor, &text, text.count, 0)
    return Int(String(decoding: text.prefix(max(0, count)).prefix { $0 != 0x0a }, as: UTF8.self))
  }

  /// For people and messages only: the lock holds without it.
  private static func writeProcess(to descriptor: CInt) {
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = unsafe pwrite(descriptor, text, text.count, 0)
  }
}
