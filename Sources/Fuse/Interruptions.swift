internal import Posix
internal import SystemPackage

/// Lets go of readers that a signal ends while storage keeps them waiting.
///
/// The kernel reports any signal to an asker, also those that it only handles; programs do not
/// expect that a file's `stat` or `read` fails for such a one, and on a disk it does not. So a
/// request is answered EINTR only when its asker is about to die. The kernel reports once, so
/// who was interrupted and lives is looked at again until its request is answered.
///
/// The storage is still waited for: what comes is kept, and is likely to be asked for again.
final class Interruptions: Sendable {
  private struct State {
    var requests: [WaitingRequest] = []
    var isWatched = false
  }

  /// How long a dying asker waits at most.
  private static let intervalSeconds = 0.1

  private let state = Monitor(State())

  /// Takes a request whose asker a signal has reached.
  func note(_ request: WaitingRequest) {
    let needsWatch = state.update { state in
      state.requests.append(request)
      defer { state.isWatched = true }
      return !state.isWatched
    }
    if needsWatch, !Thread.start("fuse signals", { self.watch() }) {
      state.withLock { $0.isWatched = false }
    }
  }

  private func watch() {
    while let requests = nextRound() {
      for request in requests where request.asker.isDying {
        request.claim()?.fail(.interrupted)
      }
      // Looks at once at those that come in the meantime: they may be dying as well.
      _ = state.wait(until: .after(seconds: Self.intervalSeconds)) { state in
        state.requests.count > requests.count ? true : nil
      }
    }
  }

  /// Those who still wait; nil ends the watch.
  private func nextRound() -> [WaitingRequest]? {
    state.withLock { state in
      state.requests.removeAll { $0.isAnswered }
      state.isWatched = !state.requests.isEmpty
      return state.isWatched ? state.requests : nil
    }
  }
}
