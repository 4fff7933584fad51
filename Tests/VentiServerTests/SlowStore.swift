import Posix
import TestSupport
import VentiCore

/// A store that takes its time over writes and syncs, until it is told to go.
final class SlowStore: BlockStore {
  let store = MemoryStore()
  private let state = Monitor((goes: false, begun: 0, done: 0, doneBeforeSync: 0, syncs: 0))

  /// Lets the writes and syncs happen.
  func go() { state.update { $0.goes = true } }

  /// Waits until a write has begun.
  func waitForWrite() -> Bool {
    state.wait(until: .after(seconds: 10)) { $0.begun > 0 ? true : nil } ?? false
  }

  /// Writes that were done when the last sync came.
  var writesBeforeSync: Int { state.withLock { $0.doneBeforeSync } }

  /// Syncs that have begun.
  var syncCount: Int { state.withLock { $0.syncs } }

  func read(_ address: BlockAddress) throws(BlockError) -> Block { try store.read(address) }

  func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    state.update { $0.begun += 1 }
    _ = state.wait(until: .after(seconds: 10)) { $0.goes ? true : nil }
    try store.write(block, type: type, score: score)
    state.update { $0.done += 1 }
  }

  func sync() throws(BlockError) {
    state.update { state in
      state.doneBeforeSync = state.done
      state.syncs += 1
    }
    _ = state.wait(until: .after(seconds: 10)) { $0.goes ? true : nil }
  }
}
