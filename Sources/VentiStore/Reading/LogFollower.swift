internal import Posix
internal import VentiCore

/// Foresees which blocks are asked for next: those that stand next in the log.
///
/// Most readers want blocks in the order in which they were written. Once one does, the log is
/// read in windows of many clumps, and their headers say which blocks they hold, so that these
/// are found without the index, and without a read of their own. Blocks that are wanted in no
/// such order are read one by one.
///
/// What it has is a guess, until the score confirms it: beside a server that writes, and where
/// clumps are damaged, a block that is not found here is looked for in the index.
///
/// It takes `windowLimit` windows of 128 KiB, and some 100 bytes for each clump in them: 10 MiB at
/// the very most.
final class LogFollower: Sendable {
  /// The most windows that are kept.
  static let windowLimit = 32
  /// The most ways through the log that are followed at once.
  static let trailLimit = 16

  private let state = Monitor(LogMemory())

  /// The block, if it is in a window.
  func block(_ address: BlockAddress) -> Block? {
    let key = BlockKey(address.score, address.type)
    guard let (window, offset) = state.withLock({ $0.find(key) }) else { return nil }
    if let block = window.block(at: offset, score: address.score) { return block }
    state.withLock { $0.forget(key) }
    return nil
  }

  /// Reads the block with those around it, if one shortly before was asked for; else notes that
  /// this one was.
  ///
  /// - Parameters:
  ///   - offset: where in the data area of the arena the clump is said to be.
  ///   - hint: bytes that hold the clump.
  func read(_ address: BlockAddress, in arena: Arena, at offset: Int, hint: Int) -> Block? {
    guard let trail = state.withLock({ $0.trail(to: offset, in: arena) }) else { return nil }
    let start = trail.start
    let count = min(max(trail.byteCount, offset + hint - start), arena.geometry.size - start)
    do throws(StoreError) {
      let window = LogWindow(try arena.data(count, at: start))
      state.withLock { $0.insert(window, of: trail, towards: offset) }
      return block(address)
    } catch .notInMemory {
      // Whoever may wait for the disk will read it.
      state.withLock { $0.release(trail) }
    } catch {
      state.withLock { $0.end(trail) }
    }
    return nil
  }
}
