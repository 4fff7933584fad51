package import Posix
package import VacArchive
package import VentiCore

/// Keeps the directories that were used last, each parsed once however many ask for it.
package final class DirectoryCache: Sendable {
  private struct State: Sendable {
    var directories: LeastRecentlyUsed<DirectoryReference, Directory>
    var loads: [DirectoryReference: Load] = [:]
  }

  private typealias Load = Monitor<Result<Directory, ArchiveError>?>

  private enum Finding {
    case directory(Directory)
    case load(Load)
    case missing(Load)
  }

  private let capacityBytes: Int
  private let state: Monitor<State>
  private let onLoad: @Sendable (Directory) -> Void

  /// - Parameters:
  ///   - capacityBytes: memory for directories that nobody uses at the moment, the last one apart.
  ///   - onLoad: told of each directory when it has been read.
  package init(capacityBytes: Int, onLoad: @escaping @Sendable (Directory) -> Void) {
    self.capacityBytes = capacityBytes
    state = Monitor(State(directories: LeastRecentlyUsed(capacity: capacityBytes)))
    self.onLoad = onLoad
  }

  /// Returns a directory from memory, or reads it from `source`.
  ///
  /// - Parameter deadline: how long to wait for another thread that reads it already; nil does
  ///   not wait and does not count on others.
  package func directory(
    _ reference: DirectoryReference, from source: any BlockSource, until deadline: Deadline?
  ) throws(ArchiveError) -> Directory {
    guard let deadline else { return try directoryWithoutWaiting(reference, from: source) }
    switch look(for: reference) {
    case .directory(let directory):
      return directory
    case .load(let load):
      guard let result = load.wait(until: deadline, { $0 }) else {
        throw .block(.timedOut(reference.metadata.score, peer: "directory", seconds: 0))
      }
      return try result.get()
    case .missing(let load):
      let result = Result { () throws(ArchiveError) in
        try Directory(loading: reference, from: source)
      }
      finish(load, of: reference, with: result)
      return try result.get()
    }
  }

  private func directoryWithoutWaiting(
    _ reference: DirectoryReference, from source: any BlockSource
  ) throws(ArchiveError) -> Directory {
    if let directory = state.withLock({ $0.directories.value(for: reference) }) {
      return directory
    }
    let directory = try Directory(loading: reference, from: source)
    keep(directory)
    return directory
  }

  private func look(for reference: DirectoryReference) -> Finding {
    state.withLock { state in
      if let directory = state.directories.value(for: reference) { return .directory(directory) }
      if let load = state.loads[reference] { return .load(load) }
      let load = Load(nil)
      state.loads[reference] = load
      return .missing(load)
    }
  }

  private func finish(
    _ load: Load, of reference: DirectoryReference, with result: Result<Directory, ArchiveError>
  ) {
    if case .success(let directory) = result { keep(directory) }
    state.withLock { $0.loads[reference] = nil }
    load.update { $0 = result }
  }

  private func keep(_ directory: Directory) {
    // A directory that misses blocks is read again the next time: they may be back.
    if directory.isComplete {
      // One that is larger than all memory for them is kept alone: a listing asks for it many times.
      let cost = min(directory.memoryCount, capacityBytes)
      state.withLock { $0.directories.insert(directory, for: directory.reference, cost: cost) }
    }
    onLoad(directory)
  }
}
