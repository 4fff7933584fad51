internal import CFuse
internal import Glibc
internal import SystemPackage

/// A request of the kernel, to be answered exactly once.
///
/// Answering twice does not compile; a request that is dropped is answered EIO.
@safe
struct Request: ~Copyable, @unchecked Sendable {
  // libfuse allows a request to be answered from any thread, and only its owner has it.
  private let handle: fuse_req_t

  /// Takes over what libfuse hands to a callback.
  init?(_ handle: fuse_req_t?) {
    guard let handle = unsafe handle else { return nil }
    unsafe self.handle = handle
  }

  deinit {
    unsafe fuse_reply_err(handle, EIO)
  }

  /// The session that the request came in by.
  var session: Session? {
    guard let context = unsafe fuse_req_userdata(handle) else { return nil }
    return unsafe Unmanaged<Session>.fromOpaque(context).takeUnretainedValue()
  }

  /// The thread that asks.
  var asker: Asker {
    let context = unsafe fuse_req_ctx(handle)
    return unsafe Asker(thread: context?.pointee.pid ?? 0)
  }

  /// Has `session.interruptions` told when a signal reaches the asker.
  ///
  /// - Parameter waiting: a retained `WaitingRequest`; good until `ignoreInterruption` returns.
  func reportInterruption(with waiting: UnsafeMutableRawPointer) {
    unsafe fuse_req_interrupt_func(handle, onInterrupt, waiting)
  }

  /// Ends `reportInterruption`, and waits until no report is under way.
  func ignoreInterruption() {
    unsafe fuse_req_interrupt_func(handle, nil, nil)
  }

  /// Answers with an error.
  consuming func fail(_ errno: Errno) {
    // Beyond these bounds libfuse would not find a number for the kernel.
    let code = (1..<1000).contains(errno.rawValue) ? errno.rawValue : EIO
    unsafe fuse_reply_err(handle, code)
    discard self
  }

  /// Answers a request that expects no answer (`forget`).
  consuming func finish() {
    unsafe fuse_reply_none(handle)
    discard self
  }

  /// Answers `open` or `opendir` where the kernel insists on asking.
  consuming func opened(_ information: fuse_file_info) {
    unsafe withUnsafePointer(to: information) { _ = unsafe fuse_reply_open(handle, $0) }
    discard self
  }

  /// Answers with a value.
  ///
  /// - Returns: whether the kernel took it; it does not when the asker has gone.
  consuming func answer(_ reply: Reply) -> Bool {
    let status = unsafe send(reply, to: handle)
    discard self
    return status == 0
  }
}

/// Notes that a signal has reached who waits for a request.
///
/// libfuse holds a lock of the request meanwhile: it cannot be answered here.
private func onInterrupt(_ handle: fuse_req_t?, _ waiting: UnsafeMutableRawPointer?) {
  guard let waiting = unsafe waiting, let context = unsafe fuse_req_userdata(handle) else {
    return
  }
  let session = unsafe Unmanaged<Session>.fromOpaque(context).takeUnretainedValue()
  session.interruptions.note(
    unsafe Unmanaged<WaitingRequest>.fromOpaque(waiting).takeUnretainedValue())
}

/// Hands `reply` to libfuse, which frees the request.
private func send(_ reply: Reply, to handle: fuse_req_t) -> CInt {
  switch reply {
  case .node(let node):
    var parameters = fuse_entry_param(node)
    return unsafe fuse_reply_entry(handle, &parameters)
  case .attributes(let attributes):
    var status = stat(attributes)
    return unsafe fuse_reply_attr(handle, &status, forEver)
  case .target(let path):
    return unsafe (path + [0]).withUnsafeBytes { bytes in
      unsafe fuse_reply_readlink(handle, bytes.bindMemory(to: CChar.self).baseAddress)
    }
  case .contents(let slices):
    return unsafe send(slices, to: handle)
  case .listing(let listing):
    return unsafe listing.withUnsafeBytes { unsafe send($0, to: handle) }
  case .offset(let offset):
    return unsafe fuse_reply_lseek(handle, off_t(clamping: offset))
  case .bytes(let bytes):
    return unsafe bytes.withUnsafeBytes { unsafe send($0, to: handle) }
  case .length(let length):
    return unsafe fuse_reply_xattr(handle, length)
  case .statistics(let statistics):
    var status = statvfs(statistics)
    return unsafe fuse_reply_statfs(handle, &status)
  }
}

private func send(_ bytes: UnsafeRawBufferPointer, to handle: fuse_req_t) -> CInt {
  unsafe fuse_reply_buf(handle, bytes.bindMemory(to: CChar.self).baseAddress, bytes.count)
}

/// Sends contents straight from where they are in memory.
private func send(_ slices: [Slice], to handle: fuse_req_t) -> CInt {
  guard let pieces = unsafe IOVector.pieces(of: slices) else {
    return unsafe fuse_reply_err(handle, EIO)
  }
  // The addresses in `pieces` are good while `slices` holds what they point into.
  return withExtendedLifetime(slices) {
    if unsafe pieces.count > IOVector.mostPieces {
      return unsafe IOVector.joined(pieces).withUnsafeBytes { unsafe send($0, to: handle) }
    }
    return unsafe pieces.withUnsafeBufferPointer {
      unsafe fuse_reply_iov(handle, $0.baseAddress, CInt($0.count))
    }
  }
}
