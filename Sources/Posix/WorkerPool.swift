/// Threads that take jobs from one queue, started as they are needed and ended when idle.
///
/// For work that may block. Jobs start in the order in which they came.
public final class WorkerPool: Sendable {
  private struct State {
    var jobs: [@Sendable () -> Void] = []
    var firstJob = 0
    var threads = 0
    var idle = 0

    var waitingJobs: Int { jobs.count - firstJob }

    mutating func takeJob() -> (@Sendable () -> Void)? {
      guard firstJob < jobs.count else { return nil }
      let job = jobs[firstJob]
      firstJob += 1
      // Drop what was taken once it is the larger part: constant time a job on average.
      if firstJob > 64, firstJob * 2 > jobs.count {
        jobs.removeFirst(firstJob)
        firstJob = 0
      }
      return job
    }

    mutating func takeJobWhenIdle() -> (@Sendable () -> Void)? {
      guard let job = takeJob() else { return nil }
      idle -= 1
      return job
    }
  }

  private let name: String
  private let threadLimit: Int
  private let queueLimit: Int
  private let idleSeconds: Double
  private let state = Monitor(State())

  /// Makes a pool that has no threads yet.
  ///
  /// - Parameters:
  ///   - name: what `ps -L` shows, at most 15 bytes of it.
  ///   - threads: the most threads there ever are.
  ///   - queueLimit: the most jobs that wait for a thread.
  ///   - idleSeconds: how long a thread waits for a job before it ends.
  public init(
    _ name: String, threads: Int, queueLimit: Int = .max, idleSeconds: Double = 10
  ) {
    precondition(threads > 0)
    self.name = name
    threadLimit = threads
    self.queueLimit = queueLimit
    self.idleSeconds = idleSeconds
  }

  /// Queues a job.
  ///
  /// - Returns: false when the queue is full, or no thread could be had; the job is dropped then.
  @discardableResult
  public func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
    let need = state.withLock { state -> Need? in
      guard state.waitingJobs < queueLimit else { return nil }
      state.jobs.append(job)
      if state.waitingJobs <= state.idle { return .wakeUp }
      guard state.threads < threadLimit else { return state.idle > 0 ? .wakeUp : .nothing }
      state.threads += 1
      return .thread
    }
    switch need {
    case nil: return false
    case .nothing: return true
    case .wakeUp:
      // One thread for one job: woken all at once they would only meet at the lock.
      state.wakeOne()
      return true
    case .thread: return Thread.start(name) { self.work() } || withdrawThread()
    }
  }

  /// What a new job needs to be done.
  private enum Need {
    /// A thread that is busy takes it next.
    case nothing
    case wakeUp
    case thread
  }

  /// Notes that a thread could not be started.
  ///
  /// - Returns: whether other threads are there to do the job; if not, all jobs are dropped.
  private func withdrawThread() -> Bool {
    state.withLock { state in
      state.threads -= 1
      guard state.threads == 0 else { return true }
      state.jobs = []
      state.firstJob = 0
      return false
    }
  }

  private func work() {
    while let job = nextJob() { job() }
  }

  /// Waits for a job; nil once the thread has been idle for long enough to end.
  ///
  /// A job is taken and the thread counted as busy in one step: otherwise a job that comes in
  /// between would be left to a thread that is not free.
  private func nextJob() -> (@Sendable () -> Void)? {
    let first = state.withLock { state in
      let job = state.takeJob()
      if job == nil { state.idle += 1 }
      return job
    }
    if let first { return first }
    let next = state.wait(until: .after(seconds: idleSeconds)) { $0.takeJobWhenIdle() }
    if let next { return next }
    return state.withLock { state in
      if let late = state.takeJobWhenIdle() { return late }
      state.idle -= 1
      state.threads -= 1
      return nil
    }
  }
}
