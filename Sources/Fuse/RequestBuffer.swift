internal import CFuse
internal import Glibc
internal import SystemPackage

/// The memory into which one thread receives its requests, allocated by libfuse.
@safe
struct RequestBuffer: ~Copyable {
  private var buffer = unsafe fuse_buf()

  deinit {
    unsafe free(buffer.mem)
  }

  /// What came of waiting for a request.
  enum Arrival {
    case request
    /// The wait was interrupted; there is no request.
    case nothing
    /// The mount is gone.
    case end
    case failure(Errno)
  }

  /// Waits for the next request.
  mutating func receive(from session: OpaquePointer) -> Arrival {
    let count = unsafe fuse_session_receive_buf(session, &buffer)
    if count > 0 { return .request }
    switch -count {
    case 0: return .end
    case EINTR, EAGAIN: return .nothing
    default: return .failure(Errno(rawValue: -count))
    }
  }

  /// Has the request answered: libfuse calls the callback that it is for.
  mutating func process(for session: OpaquePointer) {
    unsafe fuse_session_process_buf(session, &buffer)
  }
}
