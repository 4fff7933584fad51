package import VentiCore
package import VentiStore

/// Writes the blocks of an arena to a store: plan9port's wrarena.
package struct ArenaSender: Sendable {
  /// The most blocks that are sent.
  package var limit = Int.max
  /// Whether the scores of the blocks are printed.
  package var printsScores = false
  private let output: ToolOutput

  /// What was sent of an arena.
  package struct Result: Sendable, Equatable {
    /// Blocks that were sent.
    package var blockCount = 0
    /// Offset after the last clump that was looked at.
    package var endOffset = 0
    /// Whether all clumps were good.
    package var isSound = true
  }

  /// Tells what it does to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Sends the blocks of an arena, from the clump at or after an offset on.
  ///
  /// Clumps that are damaged are passed over. Without a tail their headers must do.
  ///
  /// - Parameter target: where the blocks go; nil to read them only.
  package func send(
    _ arena: Arena, from offset: Int = 0, to target: (any BlockStore)?
  ) throws(ToolError) -> Result {
    output.note("wrarena: copying \(arena.name) to venti")
    let tail = arena.tail(noting: output)
    if let tail { ArenaDescription.lines(of: arena, tail).forEach(output.note) }
    let walk = try onStore { () throws(StoreError) in try arena.log() }
    var result = Result(endOffset: offset, isSound: tail != nil)
    for element in walk {
      guard result.blockCount < limit else { break }
      switch element {
      case .failure(let error):
        output.note("\(error)")
        result.isSound = false
      case .success(let clump):
        guard clump.position.number < tail?.written.clumpCount ?? .max else { return result }
        guard clump.position.offset >= offset else { continue }
        if let block = block(of: clump, in: arena), let type = clump.info.type {
          try onBlocks { () throws(BlockError) in _ = try target?.write(block, type: type) }
          if printsScores { output.print("\(clump.info.score)") }
          result.blockCount += 1
        } else {
          result.isSound = false
        }
        result.endOffset = clump.end.offset
      }
    }
    return result
  }

  private func block(of clump: Clump, in arena: Arena) -> Block? {
    do throws(StoreError) {
      return try arena.read(clump).block
    } catch {
      let offset = String(clump.position.offset, radix: 16)
      output.note(
        "corrupt clump read at 0x\(offset): +\(clump.info.clumpByteCount): \(error)")
      return nil
    }
  }
}
