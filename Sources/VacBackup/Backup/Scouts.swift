internal import Posix

/// Threads that ask the system about what a walk will come to, so that it has the answers in memory by
/// then.
///
/// Where a tree is not in memory, each answer takes as long as a disk or another machine needs for it;
/// but many can be on their way at a time. What the scouts are told they throw away: the walk asks
/// again, and its steps are the same with them and without.
final class Scouts: Sendable {
  /// As many questions as disks like to have at a time.
  private static let threadLimit = 8

  private let options: BackupOptions
  private let state = Monitor(ScoutPlan())

  init(_ options: BackupOptions) {
    self.options = options
  }

  deinit {
    state.update { $0.end() }
  }

  /// Has the scouts ask about the names in a directory from a position on, before those further up.
  ///
  /// - Parameter region: called for a directory that the walk has come to since the last time, with the
  ///   names of directories in it where the scouts have been there.
  /// - Returns: false when nobody has had to wait for an answer in a while: the scouts rest then.
  func look(
    into directory: TreeDirectory, from position: Int,
    _ region: (_ subdirectories: SortedNames?) -> ScoutRegion?
  ) -> Bool {
    let (isKnown, subdirectories) = state.withLock { state in
      state.leave(below: directory)
      return (state.knows(directory, at: position), state.takeSubdirectories(of: directory))
    }
    let new = isKnown ? nil : region(subdirectories)
    let (isUseful, needsThread) = state.withLock { state in
      if let new { state.enter(new) }
      let isUseful = state.look(into: directory, from: position)
      return (isUseful, isUseful && state.idle == 0 && state.threads < Self.threadLimit)
    }
    if needsThread { start() } else { state.wakeOne() }
    return isUseful
  }

  /// Has a directory be unknown, since its names are others now.
  func forget(_ directory: TreeDirectory) {
    state.withLock { $0.forget(directory) }
  }

  private func start() {
    let (state, options) = (state, options)
    state.withLock { $0.threads += 1 }
    guard !Thread.start("scout", { Self.work(state, options) }) else { return }
    state.withLock { $0.threads -= 1 }
  }

  private static func work(_ state: Monitor<ScoutPlan>, _ options: BackupOptions) {
    var meter = WaitMeter()
    while let errand = next(state) {
      meter.resume()
      let result = errand.perform(options)
      let hasWaited = meter.hasWaited(forAnswers: result.count)
      state.withLock { state in
        state.add(result.subdirectories)
        if hasWaited { state.vainLooks = 0 }
      }
    }
  }

  /// What a scout does next, once there is something; nil at the end.
  private static func next(_ state: Monitor<ScoutPlan>) -> ScoutErrand? {
    let first = state.withLock { state in
      let errand = state.takeErrand()
      if errand == nil { state.idle += 1 }
      return errand
    }
    let errand =
      first
      ?? state.wait { state -> ScoutErrand?? in
        let errand = state.takeErrand()
        guard errand != nil || state.isEnded else { return nil }
        state.idle -= 1
        return errand
      } ?? nil
    // As one is waked for all that there is to do, it wakes the next.
    if errand != nil { state.wakeOne() }
    return errand
  }
}
