import Posix
import VentiCore

/// Notices who reads a tree file by file, and says how far ahead to ask for what they will read.
///
/// Each such reader is a *run*: a place in the tree up to which files have been asked for. A file
/// that was asked for and is then read lets its run go on, from one directory to the next; a run
/// that guessed wrong stands still.
package final class WalkAhead: Sendable {
  /// Names a run.
  package typealias RunNumber = Int

  /// A file that is being read from its beginning.
  package struct Reading: Sendable {
    /// Its inode number.
    let number: UInt64
    /// The inode number of its directory.
    let directory: UInt64
    /// Its place there.
    let position: Int

    /// Describes a reading.
    package init(number: UInt64, directory: UInt64, position: Int) {
      self.number = number
      self.directory = directory
      self.position = position
    }
  }

  /// What a run may ask for in one go.
  package struct Extension: Sendable {
    /// The run.
    package let run: RunNumber
    /// Where it goes on.
    package var cursor: WalkCursor
    /// How many bytes to ask for, about.
    package var byteCount: Int
  }

  private struct Run: Sendable {
    /// Nil while the run is being extended.
    var cursor: WalkCursor?
    /// Bytes to have asked for ahead of the reader.
    var window = firstWindow
    /// Bytes that were asked for and not read yet.
    var ahead = 0
  }

  private struct Expectation: Sendable {
    let run: RunNumber
    let byteCount: Int
  }

  private struct State: Sendable {
    var runs = LeastRecentlyUsed<RunNumber, Run>(capacity: runLimit)
    /// The files that were asked for, by inode number.
    var expected = LeastRecentlyUsed<UInt64, Expectation>(capacity: expectedLimit)
    /// The run that began last in a directory.
    var beginnings = LeastRecentlyUsed<UInt64, RunNumber>(capacity: directoryLimit)
    /// The file of a directory that was read last, of those that no run had asked for.
    var lastPositions = LeastRecentlyUsed<UInt64, Int>(capacity: directoryLimit)
    var runCount = 0
  }

  /// What is asked for of one file; `ReadAhead` sees to the rest.
  package static let bytesOfFile = 128 << 10
  /// What a file costs beyond what it holds, so that the number of files has a limit as well.
  private static let overheadBytes = 1 << 10

  private static let firstWindow = 256 << 10
  private static let runLimit = 16
  private static let expectedLimit = 32 << 10
  private static let directoryLimit = 64
  /// A reader that skips this many files still reads one after the other.
  private static let skipLimit = 8

  private let state = Monitor(State())
  private let windowLimit: Int

  /// - Parameter windowLimit: the most bytes that a run asks for ahead of its reader.
  package init(windowLimit: Int) {
    self.windowLimit = max(windowLimit, Self.firstWindow)
  }

  /// Notes that a file is read, and says what should be asked for now: nothing for most files.
  ///
  /// Who gets an extension has to call `finish` with it.
  ///
  /// - Parameter cursor: makes a cursor that stands behind the file.
  package func note(_ reading: Reading, cursor: () -> WalkCursor) -> Extension? {
    let (isNew, advanced): (Bool, Extension?) = state.withLock { state in
      if let expectation = state.expected.value(for: reading.number) {
        state.expected.remove(reading.number)
        return (false, advance(expectation, &state))
      }
      return (isBeginning(reading, &state), nil)
    }
    return isNew ? begin(at: cursor(), in: reading.directory) : advanced
  }

  /// Notes that a run has asked for a file.
  package func expect(_ file: WalkCursor.File, in run: RunNumber) {
    let byteCount = Self.cost(of: file)
    state.withLock { state in
      guard var known = state.runs.value(for: run) else { return }
      known.ahead += byteCount
      state.runs.insert(known, for: run, cost: 1)
      state.expected.insert(
        Expectation(run: run, byteCount: byteCount), for: file.number, cost: 1)
    }
  }

  /// Ends an extension: its run can be extended again from where it has come to.
  package func finish(_ extended: Extension) {
    state.withLock { state in
      guard var run = state.runs.value(for: extended.run) else { return }
      run.cursor = extended.cursor
      state.runs.insert(run, for: extended.run, cost: 1)
    }
  }

  /// What a file takes of a window.
  package static func cost(of file: WalkCursor.File) -> Int {
    min(file.entry.size, bytesOfFile) + overheadBytes
  }

  /// Whether a file is read next after another of its directory, and no run has begun there that
  /// only has not come so far yet.
  private func isBeginning(_ reading: Reading, _ state: inout State) -> Bool {
    let last = state.lastPositions.value(for: reading.directory)
    state.lastPositions.insert(reading.position, for: reading.directory, cost: 1)
    guard let last, (1...Self.skipLimit).contains(reading.position - last) else { return false }
    guard let number = state.beginnings.value(for: reading.directory),
      let run = state.runs.value(for: number)
    else { return true }
    return run.cursor != nil
  }

  private func begin(at cursor: WalkCursor, in directory: UInt64) -> Extension {
    state.withLock { state in
      state.runCount += 1
      state.runs.insert(Run(), for: state.runCount, cost: 1)
      state.beginnings.insert(state.runCount, for: directory, cost: 1)
      return Extension(run: state.runCount, cursor: cursor, byteCount: Self.firstWindow)
    }
  }

  /// A file of a run is read: extends the run once half of its window is used up.
  private func advance(_ expectation: Expectation, _ state: inout State) -> Extension? {
    guard var run = state.runs.value(for: expectation.run) else { return nil }
    defer { state.runs.insert(run, for: expectation.run, cost: 1) }
    run.ahead -= expectation.byteCount
    guard let cursor = run.cursor, run.ahead <= run.window / 2 else { return nil }
    run.window = min(run.window * 2, windowLimit)
    run.cursor = nil
    return Extension(
      run: expectation.run, cursor: cursor, byteCount: run.window - run.ahead)
  }
}
