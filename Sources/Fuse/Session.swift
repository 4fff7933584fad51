internal import CFuse
internal import Glibc
internal import Posix
internal import SystemPackage

/// A file system mounted and served.
///
/// `init` mounts, `run` serves until the mount is gone. Threads called `fuse` answer requests.
/// None of them waits for storage while others rely on it: see `WorkerLedger`.
@safe
public final class Session: Sendable {
  /// What is served.
  let fileSystem: any ReadOnlyFileSystem
  /// How.
  let options: SessionOptions
  /// Where.
  let mount: Mount
  /// What ends it when a signal comes.
  private let termination: Termination
  /// The threads.
  ///
  /// No other lock is taken while it is held; nor while `progress` is.
  let ledger: Monitor<WorkerLedger>
  /// Requests whose askers a signal has reached.
  let interruptions = Interruptions()
  /// Reads that the kernel may ask for once more.
  let failedReads = Monitor(FailedReads())
  /// What became known while serving.
  private let progress = Monitor(Progress())
  // libfuse's session: set at the end of init and never again, destroyed with the object, which
  // every thread that uses it holds.
  nonisolated(unsafe) private(set) var handle: OpaquePointer?

  private struct Progress {
    var features = KernelFeatures()
    var ready: @Sendable () -> Void = {}
    var failure: FuseError?
  }

  /// Mounts `fileSystem` on the directory at `path`.
  ///
  /// A signal that comes during that makes `run` return at once. From then on, whoever looks into the directory waits until `run` serves it.
  public init(
    mounting fileSystem: any ReadOnlyFileSystem, at path: String, options: SessionOptions
  ) throws(FuseError) {
    self.fileSystem = fileSystem
    self.options = options
    ledger = Monitor(WorkerLedger(limits: .init(waitingLimit: options.waitingLimit)))
    FuseLog.use(log: options.log, trace: options.trace)
    termination = try Termination(log: options.log)
    mount = try Mount(at: path, options: options.mount)
    termination.take(mount)
    try openHandle()
  }

  deinit {
    // Without effect where `run` has done it.
    try? mount.detach()
    if let handle = unsafe handle { unsafe fuse_session_destroy(handle) }
  }

  /// Has libfuse talk over the descriptor of the mount, which it closes in the end.
  private func openHandle() throws(FuseError) {
    var operations = readOnlyCallbacks()
    var arguments = unsafe fuse_args()
    defer { unsafe fuse_opt_free_args(&arguments) }
    unsafe fuse_opt_add_arg(&arguments, options.mount.subtype)
    if options.trace != nil { unsafe fuse_opt_add_arg(&arguments, "-odebug") }
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe handle = cfuse_session_new(&arguments, &operations, context)
    let path = "/dev/fd/\(mount.descriptor.rawValue)"
    guard let handle = unsafe handle, unsafe fuse_session_mount(handle, path) == 0 else {
      try? mount.descriptor.close()
      throw .sessionRefused(reason: FuseLog.lastComplaint ?? "it gave no reason")
    }
  }

  /// Serves until the mount is gone: unmounted from outside, by `unmount`, or by a signal.
  ///
  /// The first SIGINT, SIGTERM or SIGHUP takes the mount out of sight and lets whoever uses it
  /// finish; the second ends the process, and the mount with it.
  ///
  /// - Parameter ready: called once, on a thread of its own, when the mount has answered.
  public func run(ready: @escaping @Sendable () -> Void = {}) throws(FuseError) {
    progress.withLock { $0.ready = ready }
    if greet() {
      startReceivers()
      _ = ledger.wait { ledger in !ledger.isOpen && ledger.receiving == 0 ? true : nil }
    }
    try mount.detach()
    if let failure = progress.withLock({ $0.failure }) { throw failure }
  }

  /// Takes the mount out of the tree of files.
  ///
  /// Whoever has files or directories of it open can finish with them; `run` returns when the
  /// last has.
  public func unmount() throws(FuseError) {
    try mount.detach()
  }

  /// Remembers why serving ended, unless a reason is known already.
  func failed(_ error: FuseError) {
    progress.withLock { $0.failure = $0.failure ?? error }
  }

  /// What the kernel can do.
  var features: KernelFeatures { progress.withLock { $0.features } }

  /// Takes the kernel's greeting, and makes sure that the mount answers.
  func connected(_ features: KernelFeatures) {
    let ready = progress.withLock { progress in
      progress.features = features
      return progress.ready
    }
    Thread.start("fuse ready") { [self] in
      guard answers() else { return }
      do throws(FuseError) {
        try setReadAhead()
        ready()
      } catch {
        failed(error)
        mount.detachOrLog(to: options.log)
      }
    }
  }

  /// Asks the mount for its statistics, which this process then answers on another thread.
  private func answers() -> Bool {
    var statistics = statvfs()
    return unsafe statvfs(mount.mountpoint.path, &statistics) == 0
  }

  /// Tells the kernel how far to read ahead, which it has to hear after the greeting.
  private func setReadAhead() throws(FuseError) {
    let kibibytes = options.readAheadKiB ?? 1024
    guard let device = mount.device else { return }
    do throws(Errno) {
      try SmallFile.write("\(kibibytes)", to: FilePath("/sys/class/bdi/\(device)/read_ahead_kb"))
    } catch {
      guard options.readAheadKiB != nil else { return }
      throw .readAheadNotSet(kibibytes: kibibytes, cause: error)
    }
  }
}
