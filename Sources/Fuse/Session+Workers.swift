internal import CFuse
internal import Posix
internal import SystemPackage

extension Session {
  /// Answers the kernel's first message, without which it sends no other; if there is none, the
  /// receivers will find out why.
  ///
  /// - Returns: false when the message was taken and cannot be answered: the kernel then waits until
  ///   the device is closed.
  func greet() -> Bool {
    guard let handle = unsafe handle else { return true }
    var buffer = RequestBuffer()
    while true {
      switch unsafe buffer.receive(from: handle) {
      case .nothing: continue
      case .end, .failure: return true
      case .request: break
      }
      let greeting =
        Greeting.needsCompletion ? try? Greeting(catching: mount.descriptor) : nil
      unsafe buffer.process(for: handle)
      guard let greeting else { return true }
      do throws(Errno) {
        try greeting.send(allowing: features)
        return true
      } catch {
        failed(.systemCallFailed(name: "write /dev/fuse", cause: error))
        return false
      }
    }
  }

  /// Starts as many threads as shall always receive.
  func startReceivers() {
    for _ in 0..<ledger.withLock({ $0.limits.fewestReceiving }) {
      ledger.withLock { $0.join() }
      startReceiver()
    }
  }

  /// Starts a thread that is counted already.
  private func startReceiver() {
    if Thread.start("fuse", { self.receive() }) { return }
    ledger.update { $0.leave() }
  }

  /// The life of a thread: receives requests and answers them.
  private func receive() {
    guard let handle = unsafe handle else { return }
    var buffer = RequestBuffer()
    repeat {
      switch unsafe buffer.receive(from: handle) {
      case .request: unsafe buffer.process(for: handle)
      case .nothing: break
      case .end: return stopReceiving(nil)
      case .failure(let errno):
        return stopReceiving(.systemCallFailed(name: "read /dev/fuse", cause: errno))
      }
    } while goesOn()
  }

  /// Has the thread that calls stand by where too many receive; false ends it.
  private func goesOn() -> Bool {
    guard let spare = ledger.withLock({ $0.stepAside() }) else { return true }
    switch spare.wait(seconds: Self.spareSeconds) {
    case .receive: return true
    case .end: return false
    case nil: return !ledger.withLock { $0.release(spare) }
    }
  }

  /// How long a thread stands by before it ends.
  private static var spareSeconds: Double { 10 }

  private func stopReceiving(_ error: FuseError?) {
    if let error { failed(error) }
    let spares = ledger.update { ledger in
      ledger.leave()
      return ledger.close()
    }
    for spare in spares { spare.tell(.end) }
  }

  /// Answers a request: at once from memory, or where waiting holds up nobody.
  func serve(_ request: consuming Request, _ operation: Operation) {
    options.trace?("\(operation)")
    switch attempt(operation, patience: .none) {
    case .success(let reply): deliver(reply, to: request)
    case .failure(.failed(let errno)): request.fail(errno)
    case .failure(.wouldBlock):
      let asker = request.asker
      if let errno = failedReads.withLock({ $0.take(operation, of: asker) }) {
        return request.fail(errno)
      }
      let waiting = WaitingRequest(request, operation)
      wait { self.finish(waiting) }
    }
  }

  /// Does a job that may wait, in this thread unless too many wait already.
  private func wait(_ job: @escaping WorkerLedger.Job) {
    switch ledger.withLock({ $0.admit(job) }) {
    case .parked: return
    case .admitted: break
    case .admittedForNewThread: startReceiver()
    case .admittedForSpare(let spare): spare.tell(.receive)
    }
    var next: WorkerLedger.Job? = job
    while let job = next {
      job()
      next = ledger.withLock { $0.nextJob() }
    }
  }

  private func finish(_ waiting: WaitingRequest) {
    // Its asker may have died while it was parked.
    if waiting.isAnswered { return }
    let deadline = Deadline.after(seconds: options.patienceSeconds)
    let result = attempt(waiting.operation, patience: .until(deadline))
    guard let request = waiting.claim() else { return giveBack(result) }
    switch result {
    case .success(let reply): deliver(reply, to: request)
    case .failure(.failed(let errno)):
      // Before the kernel hears of it, and asks again.
      failedReads.withLock { $0.note(waiting.operation, of: waiting.asker, errno) }
      request.fail(errno)
    case .failure(.wouldBlock): request.fail(.resourceTemporarilyUnavailable)
    }
  }

  private func attempt(
    _ operation: Operation, patience: Patience
  ) -> Result<Reply, FileSystemError> {
    do throws(FileSystemError) {
      return .success(try operation.perform(on: fileSystem, patience: patience))
    } catch {
      return .failure(error)
    }
  }

  /// Sends a reply; nodes that the kernel never got are taken back from it.
  private func deliver(_ reply: Reply, to request: consuming Request) {
    if !request.answer(reply) { giveBack(.success(reply)) }
  }

  /// Takes back nodes that were counted for an answer which the kernel did not get.
  private func giveBack(_ result: Result<Reply, FileSystemError>) {
    guard case .success(let reply) = result else { return }
    for node in reply.countedNodes { fileSystem.forget(node, count: 1) }
  }
}

extension WorkerLedger.Limits {
  /// The usual bounds.
  init(waitingLimit: Int) {
    self.init(fewestReceiving: 2, mostReceiving: 4, mostWaiting: max(waitingLimit, 1))
  }
}
