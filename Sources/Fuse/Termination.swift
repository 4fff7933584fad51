internal import Posix
internal import SystemPackage

/// Takes a mount away when a signal asks for it.
///
/// Watches from before the mount is made, so that at no moment a signal ends the process and
/// leaves the mount behind.
final class Termination: Sendable {
  private struct State {
    var mount: Mount?
    var isAskedFor = false
  }

  private let state: Monitor<State>
  private let watch: TerminationWatch
  private let log: @Sendable (String) -> Void

  /// Begins to watch for the first SIGINT, SIGTERM or SIGHUP.
  init(log: @escaping @Sendable (String) -> Void) throws(FuseError) {
    let state = Monitor(State())
    self.state = state
    self.log = log
    do throws(Errno) {
      watch = try TerminationWatch { _ in
        let mount = state.withLock { state in
          state.isAskedFor = true
          return state.mount
        }
        mount?.detachOrLog(to: log)
      }
    } catch {
      throw .systemCallFailed(name: "pipe", cause: error)
    }
  }

  /// Takes the mount that has been made; takes it away at once if a signal has come before.
  func take(_ mount: Mount) {
    let isLate = state.withLock { state in
      state.mount = mount
      return state.isAskedFor
    }
    if isLate { mount.detachOrLog(to: log) }
  }
}

extension Mount {
  /// Takes the mount out of the tree of files, or says why that failed.
  func detachOrLog(to log: (String) -> Void) {
    do throws(FuseError) {
      try detach()
    } catch {
      log("\(error)")
    }
  }
}
