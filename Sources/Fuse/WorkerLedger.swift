/// Who does what among the threads that answer requests.
///
/// Every such thread receives a request, answers it, and receives the next. One whose answer
/// must wait for storage first sees to it that enough others go on receiving: so whatever is
/// in memory is answered at once, however many wait. At most `mostWaiting` threads wait; what
/// comes on top is parked, and the first that is done waiting takes it on.
struct WorkerLedger {
  /// Work that may wait for storage.
  typealias Job = @Sendable () -> Void

  /// The bounds of the ledger's counts.
  struct Limits: Sendable {
    /// Threads that receive, at least.
    var fewestReceiving: Int
    /// Threads that receive, at most: those above it end after their request.
    var mostReceiving: Int
    /// Threads that wait for storage, at most.
    var mostWaiting: Int
  }

  /// What a thread does with a job that waits.
  enum Admission: Sendable, Equatable {
    /// It does the job.
    case admitted
    /// It starts a thread to receive in its place, then does the job.
    case admittedWithReplacement
    /// Nothing: the job is parked.
    case parked
  }

  /// The bounds.
  let limits: Limits
  /// Threads that receive, or answer from memory.
  private(set) var receiving = 0
  /// Threads that do a job.
  private(set) var waiting = 0
  /// Whether requests still come.
  private(set) var isOpen = true
  private var parked: [Job] = []
  private var firstParked = 0

  /// A ledger with no threads.
  init(limits: Limits) {
    self.limits = limits
  }

  /// Counts a thread that is about to receive.
  mutating func join() {
    receiving += 1
  }

  /// Counts off a thread that does not receive any more.
  mutating func leave() {
    receiving -= 1
  }

  /// Notes that no request will come any more.
  mutating func close() {
    isOpen = false
  }

  /// Lets the thread that calls end where there are more than needed; true counts it off.
  mutating func retires() -> Bool {
    guard receiving > limits.mostReceiving else { return false }
    receiving -= 1
    return true
  }

  /// Says whether a thread that receives may do `job` now.
  ///
  /// A replacement is already counted as receiving.
  mutating func admit(_ job: @escaping Job) -> Admission {
    guard waiting < limits.mostWaiting else {
      parked.append(job)
      return .parked
    }
    waiting += 1
    receiving -= 1
    guard isOpen, receiving < limits.fewestReceiving else { return .admitted }
    receiving += 1
    return .admittedWithReplacement
  }

  /// The next job for a thread that is done with one; nil turns it back into one that receives.
  mutating func nextJob() -> Job? {
    if let job = unpark() { return job }
    waiting -= 1
    receiving += 1
    return nil
  }

  private mutating func unpark() -> Job? {
    guard firstParked < parked.count else { return nil }
    let job = parked[firstParked]
    firstParked += 1
    if firstParked * 2 >= parked.count {
      parked.removeFirst(firstParked)
      firstParked = 0
    }
    return job
  }
}
