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
  private var value: Value

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

  /// Runs `body` with the value, alone.
  ///
  /// Wakes nobody: see `update`.
  public func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Runs `body` with the value, alone, then wakes every thread that waits for a change.
  public func update<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    unsafe pthread_mutex_lock(mutex)
    defer {
      unsafe pthread_cond_broadcast(condition)
      unsafe pthread_mutex_unlock(mutex)
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
  public func wait<Result, Failure: Error>(
    until deadline: Deadline? = nil, _ body: (inout Value) throws(Failure) -> Result?
  ) throws(Failure) -> Result? {
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while true {
      if let result = try body(&value) { return result }
      guard let deadline else {
        unsafe pthread_cond_wait(condition, mutex)
        continue
      }
      var limit = deadline.timespec
      if unsafe pthread_cond_timedwait(condition, mutex, &limit) == ETIMEDOUT {
        return try body(&value)
      }
    }
  }
}
