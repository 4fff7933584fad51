package import Posix
package import VacArchive
package import VentiCore

/// Keeps the directories that were used last, each parsed once however many ask for it.
///
/// A large one goes its own way. The last of them is kept, however large; and any is found again as long
/// as somebody holds on to its table, as the kernel's knowledge of a file in it does. So several of them
/// that are listed or searched in turns are read once each, and none stays when nobody uses it.
package final class DirectoryCache: Sendable {
  private struct WeakDirectory: Sendable {
    weak var directory: Directory?
  }

  private struct State: Sendable {
    var small: LeastRecentlyUsed<DirectoryReference, Directory>
    var lastLarge: Directory?
    /// Large ones, those among them that nobody uses any more until the next one comes.
    var large: [DirectoryReference: WeakDirectory] = [:]
    var loads: [DirectoryReference: Load] = [:]

    mutating func directory(_ reference: DirectoryReference) -> Directory? {
      if let directory = small.value(for: reference) { return directory }
      guard let directory = large[reference]?.directory else { return nil }
      lastLarge = directory
      return directory
    }

    mutating func keep(_ directory: Directory) {
      guard directory.memoryCount > small.capacity / largeShare else {
        return small.insert(directory, for: directory.reference, cost: directory.memoryCount)
      }
      lastLarge = directory
      large = large.filter { $0.value.directory != nil }
      large[directory.reference] = WeakDirectory(directory: directory)
    }
  }

  private typealias Load = Monitor<Result<Directory, ArchiveError>?>

  private enum Finding {
    case directory(Directory)
    case load(Load)
    case missing(Load)
  }

  /// A directory is large that takes more than the capacity divided by this.
  private static let largeShare = 4

  private let state: Monitor<State>
  private let onLoad: @Sendable (Directory) -> Void

  /// - Parameters:
  ///   - capacityBytes: memory for directories that nobody uses at the moment, the last large one apart.
  ///   - onLoad: told of each directory when it has been read.
  package init(capacityBytes: Int, onLoad: @escaping @Sendable (Directory) -> Void) {
    state = Monitor(State(small: LeastRecentlyUsed(capacity: capacityBytes)))
    self.onLoad = onLoad
  }

  /// Returns a directory from memory, or reads it from `source`.
  ///
  /// - Parameter deadline: how long to wait for another thread that reads it already; nil does not wait.
  /// - Throws: `BlockError.notInMemory` where another thread reads it, and there is no deadline.
  package func directory(
    _ reference: DirectoryReference, from source: any BlockSource, until deadline: Deadline?
  ) throws(ArchiveError) -> Directory {
    while true {
      switch look(for: reference) {
      case .directory(let directory): return directory
      case .load(let load):
        guard let deadline else { throw .block(.notInMemory) }
        guard let result = load.wait(until: deadline, { $0 }) else {
          throw .block(.timedOut(reference.metadata.score, peer: "directory", seconds: 0))
        }
        // The other thread did not want to wait for blocks; this one does.
        if case .failure(.block(.notInMemory)) = result { continue }
        return try result.get()
      case .missing(let load):
        let result = Result { () throws(ArchiveError) in
          try Directory(loading: reference, from: source)
        }
        finish(load, of: reference, with: result)
        return try result.get()
      }
    }
  }

  private func look(for reference: DirectoryReference) -> Finding {
    state.withLock { state in
      if let directory = state.directory(reference) { return .directory(directory) }
      if let load = state.loads[reference] { return .load(load) }
      let load = Load(nil)
      state.loads[reference] = load
      return .missing(load)
    }
  }

  private func finish(
    _ load: Load, of reference: DirectoryReference, with result: Result<Directory, ArchiveError>
  ) {
    state.withLock { state in
      // A directory that misses blocks is read again the next time: they may be back.
      if case .success(let directory) = result, directory.isComplete { state.keep(directory) }
      state.loads[reference] = nil
    }
    if case .success(let directory) = result { onLoad(directory) }
    load.update { $0 = result }
  }
}
