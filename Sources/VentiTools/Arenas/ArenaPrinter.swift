internal import VentiCore
package import VentiStore

/// Lists the blocks of an arena: plan9port's printarena.
///
///     # arena head version=5 name=t0 blocksize=8192 size=1048576 clumpmagic=0x86d299ee
///                          0 22596363b3de40b06f981fb85d82312e8c0ed511   0    12
///     end offset 50
///
/// The columns are offset, score, type and size. Scripts that look for archives pick type 16. Only
/// blocks that match their scores are listed; others are passed over, and told of. Without a tail
/// the headers of the clumps must do.
package struct ArenaPrinter: Sendable {
  private let arena: Arena
  private let output: ToolOutput

  /// Lists the blocks of `arena`.
  package init(_ arena: Arena, to output: ToolOutput) {
    self.arena = arena
    self.output = output
  }

  /// Prints the list.
  ///
  /// - Parameter first: offset of the first clump that is listed.
  /// - Returns: whether all blocks were good.
  package func run(from first: Int = 0) throws(StoreError) -> Bool {
    let head = try arena.head()
    let tail = arena.tail(noting: output)
    output.print(
      "# arena head version=\(head.version.rawValue) name=\(head.name) "
        + "blocksize=\(head.blockSize) size=\(head.length) "
        + "clumpmagic=\(hexadecimal(head.clumpMagic))")
    if let tail { ArenaDescription.lines(of: arena, tail).forEach(output.note) }
    var isSound = tail != nil
    var end = 0
    for result in try arena.log() {
      switch result {
      case .failure(let error):
        output.note("\(error)")
        isSound = false
      case .success(let clump):
        let isCounted = clump.position.number < tail?.written.clumpCount ?? 0
        let isGood = clump.position.offset < first || print(clump, magic: head.clumpMagic)
        // What is not good after the clumps that are counted is the end of the log.
        if isGood || isCounted { end = clump.end.offset }
        isSound = isSound && (isGood || !isCounted)
      }
    }
    output.print("end offset \(end)")
    return isSound
  }

  /// Prints a clump's line, if its block is good; returns whether all of the clump is.
  private func print(_ clump: Clump, magic: UInt32) -> Bool {
    let offset = clump.position.offset
    guard let type = clump.info.type else {
      output.note("clump \(offset) is marked as damaged")
      return false
    }
    let found: UInt32
    do throws(StoreError) {
      found = try arena.read(clump).header.magic
    } catch {
      output.note("clump \(offset) failed to read: \(error)")
      return false
    }
    output.print(
      "\(Text.padded(offset, to: 22)) \(clump.info.score) \(Text.padded(type, to: 3)) "
        + Text.padded(clump.info.size, to: 5))
    if found != magic {
      output.note("illegal clump magic number \(hexadecimal(found)) offset \(offset)")
    }
    return found == magic
  }
}
