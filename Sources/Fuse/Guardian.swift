internal import Glibc
internal import Posix
internal import SystemPackage

/// A small process that takes the mount away if ours dies (`auto_unmount`).
///
/// fusermount3 has an option for that, but up to libfuse 3.14 it does nothing for the private
/// mounts of ordinary users: it runs as root, which may not look into them to see that they
/// are dead. This one waits for the end of its input, which comes when we are gone.
final class Guardian: Sendable {
  private let process: SpawnedProcess
  private let line: FileDescriptor

  /// Starts to guard.
  init(of mountpoint: Mountpoint) throws(FuseError) {
    let unmount = geteuid() == 0 ? "umount -l" : "fusermount3 -u -z"
    let script = "trap '' INT TERM HUP; cd /; read line || exec \(unmount) -- \"$0\""
    do throws(Errno) {
      let pipe = try Pipe()
      defer { try? pipe.reading.close() }
      line = pipe.writing
      process = try SpawnedProcess(
        ["sh", "-c", script, mountpoint.path], descriptors: [(STDIN_FILENO, pipe.reading)])
    } catch {
      throw .systemCallFailed(name: "process for auto_unmount", cause: error)
    }
  }

  /// Stands down: whoever mounted has unmounted.
  deinit {
    process.send(signal: SIGKILL)
    process.wait()
    try? line.close()
  }
}
