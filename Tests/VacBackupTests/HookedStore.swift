import Synchronization
import VentiCore

/// A store that does something before it takes its first block.
final class HookedStore: BlockStore {
  private let base: any BlockStore
  private let hook: @Sendable () -> Void
  private let isDone = Mutex(false)

  init(_ base: any BlockStore, _ hook: @escaping @Sendable () -> Void) {
    self.base = base
    self.hook = hook
  }

  func read(_ address: BlockAddress) throws(BlockError) -> Block { try base.read(address) }

  func write(_ block: Block, type: BlockType, score: Score) throws(BlockError) {
    // Others wait meanwhile.
    isDone.withLock { isDone in
      if !isDone { hook() }
      isDone = true
    }
    try base.write(block, type: type, score: score)
  }

  func sync() throws(BlockError) { try base.sync() }
}
