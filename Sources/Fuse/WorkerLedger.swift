/// Who does what among the threads that answer requests.
///
/// Every such thread receives a request, answers it, and receives the next. One whose answer
/// must wait for storage goes on with it, but first sees to it that enough others receive: so
/// whatever is in memory is answered at once, however many wait, and a request never changes
/// threads. At most `mostWaiting` threads wait; what comes on top is parked, and the first
/// that is done waiting takes it on.
///
/// Few threads receive at a time, because the kernel wakes them in turn: with many, each request
/// would find a thread whose processor has forgotten it. Those on top step aside as spares, the
/// last of which is called first.
package struct WorkerLedger {
  /// Work that may wait for storage.
  package typealias Job = @Sendable () -> Void

  /// The bounds of the ledger's counts.
  package struct Limits: Sendable {
    /// Threads that receive, at least.
    package var fewestReceiving: Int
    /// Threads that receive, at most: those above it step aside after their request.
    package var mostReceiving: Int
    /// Threads that wait for storage, at most.
    package var mostWaiting: Int

    /// Sets the bounds.
    package init(fewestReceiving: Int, mostReceiving: Int, mostWaiting: Int) {
      self.fewestReceiving = fewestReceiving
      self.mostReceiving = mostReceiving
      self.mostWaiting = mostWaiting
    }
  }

  /// What a thread does about a job that may wait.
  package enum Admission {
    /// It does the job; enough others receive.
    case admitted
    /// It has a new thread started to receive in its place, then does the job.
    case admittedForNewThread
    /// It calls a spare thread to receive in its place, then does the job.
    case admittedForSpare(SpareThread)
    /// Nothing: the job is parked.
    case parked
  }

  /// The bounds.
  package let limits: Limits
  /// Threads that receive, or answer from memory; those just called or started count.
  package private(set) var receiving = 0
  /// Threads that do a job.
  package private(set) var waiting = 0
  /// Whether requests still come.
  package private(set) var isOpen = true
  private var spares: [SpareThread] = []
  private var parked: [Job] = []
  private var firstParked = 0

  /// A ledger with no threads.
  package init(limits: Limits) {
    self.limits = limits
  }

  /// Counts a thread that is about to receive.
  package mutating func join() {
    receiving += 1
  }

  /// Counts off a thread that does not receive any more.
  package mutating func leave() {
    receiving -= 1
  }

  /// Notes that no request will come any more; the spares, which go free, are for the caller to
  /// dismiss.
  package mutating func close() -> [SpareThread] {
    isOpen = false
    defer { spares = [] }
    return spares
  }

  /// Says whether a thread that receives does `job` now, and who takes its place.
  package mutating func admit(_ job: @escaping Job) -> Admission {
    guard waiting < limits.mostWaiting else {
      parked.append(job)
      return .parked
    }
    waiting += 1
    receiving -= 1
    guard isOpen, receiving < limits.fewestReceiving else { return .admitted }
    receiving += 1
    if let spare = spares.popLast() { return .admittedForSpare(spare) }
    return .admittedForNewThread
  }

  /// The next job for a thread that is done with one; nil turns it back into one that receives.
  package mutating func nextJob() -> Job? {
    if let job = unpark() { return job }
    waiting -= 1
    receiving += 1
    return nil
  }

  /// Turns a thread that receives into a spare where there are more than enough.
  package mutating func stepAside() -> SpareThread? {
    guard isOpen, receiving > limits.mostReceiving else { return nil }
    receiving -= 1
    let spare = SpareThread()
    spares.append(spare)
    return spare
  }

  /// Lets a spare go that nobody has called; false when it was called at the last moment.
  package mutating func release(_ spare: SpareThread) -> Bool {
    guard let index = spares.firstIndex(where: { $0 === spare }) else { return false }
    spares.remove(at: index)
    return true
  }

  /// Takes the job that was parked first.
  private mutating func unpark() -> Job? {
    guard firstParked < parked.count else { return nil }
    let job = parked[firstParked]
    firstParked += 1
    // Closes the gap only when it is half of the array: each job is moved once on average.
    if firstParked * 2 >= parked.count {
      parked.removeFirst(firstParked)
      firstParked = 0
    }
    return job
  }
}
