import Glibc

/// A value behind a mutex, with a condition to wait for a change of it.
///
/// The one way in which threads of this program share state. A lock is held for memory only,
/// never across I/O.
///
/// Not `Synchronization.Mutex`, which has no condition variable and makes the thread
/// sanitizer report races that are not there.
@safe
public final class Monitor<Value>: @unchecked Sendable {
  // `value` is touched only while `mutex` is held. The two live at fixed addresses on the
  // heap, as POSIX requires, from init to deinit.
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  @usableFromInline var value: Value

  /// Puts `value` behind a new lock.
  public init(_ value: Value) {
    self.value = value
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    unsafe pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  // What follows is inlined into other modules, where it is compiled for the type of the value:
  // every block that is read passes here several times.

  /// Runs `body` with the value, alone.
  ///
  /// Wakes nobody: see `update`.
  @inlinable
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock()
    defer { unlock() }
    return try body(&value)
  }

  /// Runs `body` with the value, alone, then wakes every thread that waits for a change.
  @inlinable
  public func update<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    lock()
    defer {
      wakeAll()
      unlock()
    }
    return try body(&value)
  }

  /// Wakes one of the threads that wait for a change, which any of them can deal with.
  public func wakeOne() {
    unsafe pthread_cond_signal(condition)
  }

  /// Waits until `body` returns something, trying it anew after each `update`.
  ///
  /// - Returns: what `body` returned, or nil once `deadline` has passed (never with no deadline).
  @inlinable
  public func wait<Result, Failure: Error>(
    until deadline: Deadline? = nil, _ body: (inout Value) throws(Failure) -> Result?
  ) throws(Failure) -> Result? {
    lock()
    defer { unlock() }
    while true {
      if let result = try body(&value) { return result }
      if !waitForChange(until: deadline) { return try body(&value) }
    }
  }

  @usableFromInline
  func lock() {
    unsafe pthread_mutex_lock(mutex)
  }

  @usableFromInline
  func unlock() {
    unsafe pthread_mutex_unlock(mutex)
  }

  @usableFromInline
  func wakeAll() {
    unsafe pthread_cond_broadcast(condition)
  }

  /// Lets go of the lock until a change; false once `deadline` has passed.
  @usableFromInline
  func waitForChange(until deadline: Deadline?) -> Bool {
    guard let deadline else {
      unsafe pthread_cond_wait(condition, mutex)
      return true
    }
    var limit = deadline.timespec
    return unsafe pthread_cond_timedwait(condition, mutex, &limit) != ETIMEDOUT
  }
}
