internal import Posix
internal import VacArchive
internal import VentiCore

/// A file whose contents are in the store.
struct StoredFile: Sendable {
  /// The stream of its contents; nil for those that are stored by another name of the file.
  let contents: Entry?
  /// What stat(2) said of what was read.
  let status: FileStatus
  let attributes: [ExtendedAttribute]

  /// Bytes of memory that attributes take.
  var attributeByteCount: Int { attributes.reduce(0) { $0 + $1.value.count } }
}

/// What threads that store files hand back, to be taken in the order of the files.
final class StoredFiles: Sendable {
  private struct State {
    /// By the number of the job; nil where the file is left out.
    var results: [Int: StoredFile?] = [:]
    var awaited = -1
    var attributeByteCount = 0
  }

  /// Bytes of attributes that may wait before those that came first are to be taken.
  private static let attributeByteLimit = 16 << 20

  private let state = Monitor(State())

  /// Whether so much waits that some must be taken before more is begun.
  var isHeavy: Bool { state.withLock { $0.attributeByteCount > Self.attributeByteLimit } }

  /// Hands back the result of a job.
  func set(_ number: Int, _ file: StoredFile?) {
    let isAwaited = state.withLock { state in
      state.results[number] = .some(file)
      state.attributeByteCount += file?.attributeByteCount ?? 0
      return state.awaited == number
    }
    if isAwaited { state.update { _ in } }
  }

  /// Whether the result of a job is there.
  func has(_ number: Int) -> Bool { state.withLock { $0.results[number] != nil } }

  /// Waits for the result of a job, and takes it.
  func take(_ number: Int) -> StoredFile? {
    let result = state.wait { state -> StoredFile?? in
      guard let result = state.results.removeValue(forKey: number) else {
        state.awaited = number
        return nil
      }
      state.awaited = -1
      state.attributeByteCount -= result?.attributeByteCount ?? 0
      return .some(result)
    }
    return result ?? nil
  }
}
