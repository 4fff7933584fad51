internal import Posix

/// Threads that take jobs from a queue of limited length, until there are no more.
///
/// A job that is large can be shared out: whoever is free helps, and nobody waits for anybody.
final class Crew<Job: Sendable, Failure: Error>: Sendable {
  private struct State {
    var jobs: [Job] = []
    var first = 0
    var shared: [SharedWork<Failure>] = []
    var isClosed = false
    var hasBegun = false
    var threads = 0
    /// Threads that do a job, and may yet share it.
    var busy = 0
    /// Threads that wait for something to do.
    var idle = 0
    /// Whether somebody waits for room in the queue.
    var isFull = false

    var waiting: Int { jobs.count - first }
    var isFinished: Bool { isClosed && busy == 0 && waiting == 0 }

    mutating func take() -> Work? {
      if let work = shared.last { return .help(work) }
      guard first < jobs.count else { return isFinished ? .nothing : nil }
      let job = jobs[first]
      first += 1
      busy += 1
      if first * 2 > jobs.count {
        jobs.removeFirst(first)
        first = 0
      }
      return .job(job)
    }
  }

  private enum Work {
    case job(Job)
    case help(SharedWork<Failure>)
    case nothing
  }

  private let name: String
  private let threadCount: Int
  private let queueLimit: Int
  private let perform: @Sendable (Job, Crew) -> Void
  private let state = Monitor(State())

  /// Makes a crew, whose threads start with the first job: often there is none.
  ///
  /// - Parameters:
  ///   - queueLimit: the jobs that may wait.
  ///   - perform: does a job, on any of the threads.
  init(
    _ name: String, threads: Int, queueLimit: Int, perform: @escaping @Sendable (Job, Crew) -> Void
  ) {
    precondition(threads > 0 && queueLimit > 0)
    self.name = name
    threadCount = threads
    self.queueLimit = queueLimit
    self.perform = perform
  }

  private func begin() {
    let isFirst = state.withLock { state in
      defer { state.hasBegun = true }
      return !state.hasBegun
    }
    guard isFirst else { return }
    for _ in 0..<threadCount where Thread.start(name, { self.work() }) {
      state.withLock { $0.threads += 1 }
    }
  }

  /// Adds a job, once there is room for it.
  ///
  /// To be called by one thread, or by those of the crew.
  func add(_ job: Job) {
    begin()
    let (hasThreads, wakes) =
      state.wait { state -> (Bool, Bool)? in
        guard state.threads > 0 else { return (false, false) }
        // Who has waited for room waits for plenty of it: threads that are woken in turns for one
        // job each do little else than waking each other.
        guard state.waiting < (state.isFull ? queueLimit / 2 : queueLimit) else {
          state.isFull = true
          return nil
        }
        state.isFull = false
        state.jobs.append(job)
        return (true, state.idle > 0)
      } ?? (false, false)
    if wakes { state.update { _ in } }
    // Where no thread could be had, whoever adds a job does it.
    if !hasThreads { perform(job, self) }
  }

  /// Does a work together with every thread that is free; the caller is one of the crew.
  func share(_ work: SharedWork<Failure>) {
    state.update { $0.shared.append(work) }
    help(with: work)
  }

  /// Waits until every job is done; none may be added any more.
  func finish() {
    state.update { $0.isClosed = true }
    _ = state.wait { $0.threads == 0 ? true : nil }
  }

  private func work() {
    while true {
      switch next() {
      case .job(let job):
        perform(job, self)
        finishJob()
      case .help(let work):
        help(with: work)
      case .nothing:
        return state.update { $0.threads -= 1 }
      }
    }
  }

  /// Waits for something to do.
  private func next() -> Work {
    let first = state.withLock { state in
      let work = state.take()
      if work == nil { state.idle += 1 }
      return work
    }
    if let first { return first }
    return state.wait { state in
      let work = state.take()
      if work != nil { state.idle -= 1 }
      return work
    } ?? .nothing
  }

  /// Notes that a job is done, and wakes others only if that matters to them.
  private func finishJob() {
    let wakes = state.withLock { state in
      state.busy -= 1
      return state.isFinished || state.isFull && state.waiting < queueLimit / 2
    }
    if wakes { state.update { _ in } }
  }

  private func help(with work: SharedWork<Failure>) {
    work.takePart()
    // All parts are taken: nobody else can help.
    state.withLock { state in state.shared.removeAll { $0 === work } }
  }
}

/// A work in parts, which several threads do together.
final class SharedWork<Failure: Error>: Sendable {
  private struct State {
    var next = 0
    var unfinished: Int
    var failure: Failure?
  }

  private let count: Int
  private let part: @Sendable (Int) throws(Failure) -> Void
  private let finish: @Sendable (Failure?) -> Void
  private let state: Monitor<State>

  /// - Parameters:
  ///   - count: the number of parts, 1 at least.
  ///   - part: does one; after a failure the others are passed over.
  ///   - finish: runs once, on the thread that finishes the last part, with the first failure.
  init(
    count: Int, part: @escaping @Sendable (Int) throws(Failure) -> Void,
    finish: @escaping @Sendable (Failure?) -> Void
  ) {
    precondition(count > 0)
    self.count = count
    self.part = part
    self.finish = finish
    state = Monitor(State(unfinished: count))
  }

  /// Does parts until there are none left that nobody does.
  func takePart() {
    while let number = take() {
      var failure = state.withLock { $0.failure }
      if failure == nil {
        do throws(Failure) { try part(number) } catch { failure = error }
      }
      let isLast = state.withLock { state in
        state.failure = state.failure ?? failure
        state.unfinished -= 1
        return state.unfinished == 0
      }
      if isLast { finish(state.withLock { $0.failure }) }
    }
  }

  private func take() -> Int? {
    state.withLock { state in
      guard state.next < count else { return nil }
      state.next += 1
      return state.next - 1
    }
  }
}
