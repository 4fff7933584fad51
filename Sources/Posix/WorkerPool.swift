/// A few threads that run jobs in the order in which they were given.
///
/// The threads end once the pool is gone and the jobs in its queue are done.
public final class WorkerPool: Sendable {
  /// A piece of work; it runs once.
  public typealias Job = @Sendable () -> Void

  private struct Queue: Sendable {
    var jobs: [Job] = []
    /// Jobs at the front of `jobs` that have been taken already.
    var taken = 0
    var isClosed = false

    var waiting: Int { jobs.count - taken }

    mutating func take() -> Job? {
      guard taken < jobs.count else { return nil }
      let job = jobs[taken]
      taken += 1
      // Moving the rest down now and then keeps the cost of a job constant.
      if taken == jobs.count || taken >= 1024 {
        jobs.removeFirst(taken)
        taken = 0
      }
      return job
    }
  }

  private let queue = Monitor(Queue())
  private let limit: Int
  private let threadCount: Int

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - name: what `ps -L` shows.
  ///   - limit: the most jobs that wait.
  public init(_ name: String, threads: Int, limit: Int) {
    self.limit = limit
    let queue = queue
    threadCount = (0..<threads).filter { _ in
      Thread.start(name) { Self.work(on: queue) }
    }.count
  }

  deinit {
    queue.update { $0.isClosed = true }
  }

  /// Has `job` run on one of the threads.
  ///
  /// - Returns: false when as many jobs wait as may, or no thread could be started; the job does
  ///   not run then.
  public func run(_ job: @escaping Job) -> Bool {
    guard threadCount > 0 else { return false }
    return queue.update { queue in
      guard queue.waiting < limit else { return false }
      queue.jobs.append(job)
      return true
    }
  }

  private static func work(on queue: Monitor<Queue>) {
    while let job = next(from: queue) { job() }
  }

  /// The next job, waited for; nil once the pool is closed and its queue empty.
  private static func next(from queue: Monitor<Queue>) -> Job? {
    let next = queue.wait { queue -> Job?? in
      if let job = queue.take() { return .some(job) }
      return queue.isClosed ? .some(nil) : nil
    }
    return next.flatMap { $0 }
  }
}
