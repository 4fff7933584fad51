internal import VentiCore

/// The entries of a directory stream, as their 40 bytes: parsed when they are asked for.
struct SlotTable: Sendable {
  /// Slots next to each other.
  private struct Run {
    var firstSlot: Int
    var count: Int
    /// Where they begin in `bytes`.
    let start: Int
  }

  private let runs: [Run]
  private let lost: [(slots: Range<Int>, error: BlockError)]
  private let bytes: Block

  /// Bytes of memory.
  var memoryCount: Int { bytes.memoryCount + runs.count * MemoryLayout<Run>.stride }

  /// Whether every block could be read.
  var isComplete: Bool { lost.isEmpty }

  /// Gathers the entries of blocks of a stream; what is in no block counts as not in use.
  init(
    _ entry: Entry, next: () throws(ArchiveError) -> StreamScan.Piece?
  ) throws(ArchiveError) {
    var runs: [Run] = []
    var lost: [(slots: Range<Int>, error: BlockError)] = []
    var bytes: [UInt8] = []
    let perBlock = entry.entriesPerBlock
    while let piece = try next() {
      switch piece {
      case .lost(let leaves, _, let error):
        lost.append((leaves.lowerBound * perBlock..<leaves.upperBound * perBlock, error))
      case .leaf(let number, _, let block):
        let firstSlot = number * perBlock
        let slots = min(perBlock, (block.count + Entry.byteCount - 1) / Entry.byteCount)
        // A stored leaf may end within an entry, or before entries that are not in use.
        let whole = block.extended(to: slots * Entry.byteCount)[0..<slots * Entry.byteCount]
        if let last = runs.last, last.firstSlot + last.count == firstSlot {
          runs[runs.count - 1].count += slots
        } else {
          runs.append(Run(firstSlot: firstSlot, count: slots, start: bytes.count))
        }
        bytes.append(contentsOf: whole.array)
      }
    }
    self.runs = runs
    self.lost = lost
    self.bytes = Block(bytes)
  }

  /// Reads the blocks of a stream.
  init(_ entry: Entry, from source: any BlockSource) throws(ArchiveError) {
    var scan = try StreamScan(entry, in: source)
    try self.init(entry) { () throws(ArchiveError) in try scan.next() }
  }

  /// Reads the blocks in which some entries are, and keeps these entries only.
  ///
  /// - Parameter slots: in order, none twice.
  /// - Throws: errors that are not of one block.
  init(_ entry: Entry, slots: [Int], from source: any BlockSource) throws(ArchiveError) {
    let tree: HashTree
    do throws(FormatError) {
      tree = try HashTree(entry, in: source)
    } catch {
      throw .format(error, block: entry.score)
    }
    var runs: [Run] = []
    var lost: [(slots: Range<Int>, error: BlockError)] = []
    var bytes: [UInt8] = []
    let perBlock = entry.entriesPerBlock
    var leaf = Block.empty
    // Slots before this one are in `leaf`, or lost.
    var end = 0
    for slot in slots where slot < entry.slotEnd {
      if slot >= end {
        let start = slot / perBlock * perBlock
        end = start + perBlock
        do throws(BlockError) {
          leaf = try tree.leaf(slot / perBlock)
        } catch {
          guard error.isOfOneBlock else { throw .block(error) }
          lost.append((start..<end, error))
        }
      }
      if let last = lost.last, last.slots.contains(slot) { continue }
      let offset = slot % perBlock * Entry.byteCount
      let range = offset..<offset + Entry.byteCount
      if let last = runs.last, last.firstSlot + last.count == slot {
        runs[runs.count - 1].count += 1
      } else {
        runs.append(Run(firstSlot: slot, count: 1, start: bytes.count))
      }
      bytes.append(contentsOf: leaf.extended(to: range.upperBound)[range].array)
    }
    self.runs = runs
    self.lost = lost
    self.bytes = Block(bytes)
  }

  /// The entry in a slot, if it is what a record says; of any generation when that is nil.
  func entry(
    _ slot: Int, generation: UInt32?, isDirectory: Bool
  ) throws(ArchiveError) -> Entry {
    guard let entry = try entry(slot) else { throw .slot(slot, .inactive) }
    if let generation, entry.generation != generation {
      throw .slot(slot, .generation(found: entry.generation, expected: generation))
    }
    guard entry.isDirectory == isDirectory else {
      throw .slot(slot, .kind(isDirectory: entry.isDirectory))
    }
    return entry
  }

  /// The entry in a slot; nil for one that is not in use.
  private func entry(_ slot: Int) throws(ArchiveError) -> Entry? {
    guard let run = run(of: slot) else {
      if let error = error(of: slot) { throw .slot(slot, .block(error)) }
      return nil
    }
    do throws(FormatError) {
      var reader = ByteReader(bytes.bytes, of: "entry")
      try reader.skip(run.start + (slot - run.firstSlot) * Entry.byteCount)
      return try Entry.parse(&reader)
    } catch {
      throw .slot(slot, .format(error))
    }
  }

  private func run(of slot: Int) -> Run? {
    let number = runs.firstPosition { $0.firstSlot + $0.count > slot }
    guard number < runs.count, runs[number].firstSlot <= slot else { return nil }
    return runs[number]
  }

  /// Why a slot cannot be read; nil when it can.
  private func error(of slot: Int) -> BlockError? {
    let number = lost.firstPosition { $0.slots.upperBound > slot }
    guard number < lost.count, lost[number].slots.contains(slot) else { return nil }
    return lost[number].error
  }
}

extension Entry {
  /// The end of the slots that a directory stream has room for.
  var slotEnd: Int { (size + leafSize - 1) / leafSize * entriesPerBlock }
}
