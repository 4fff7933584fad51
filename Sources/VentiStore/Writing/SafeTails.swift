internal import Posix
internal import VentiCore

/// Which arenas are as this program left them: every clump that their tails count is safe.
///
/// The tail of another server may have reached the disk before what it counts, so that a start looks
/// at the header of each clump that is not indexed yet: see `CountedClumps`. Ours never does. So
/// whoever leaves many clumps unindexed says which tails are ours, and the next start need not look.
///
/// It stands in the blank of the index's first section. A tail that says anything else was written
/// since; a list that is lost or torn costs time at the next start, and nothing else.
///
/// Its body, as a `KeptList` whose magic is `vacfs st`, is an `ArenaProgress` for each arena, as far as its
/// tail counts clumps.
struct SafeTails: Equatable {
  /// The arenas.
  var arenas: [ArenaProgress]

  /// After whatever begins a disk (labels, tables of partitions) and before the overflow list.
  private static let place = KeptList(
    name: "list of safe tails", magic: 0x7661_6366_7320_7374, range: 28672..<32768)
  /// More arenas than this are hardly ever left with clumps that are not indexed.
  private static let arenaLimit = place.bodyLimit / ArenaProgress.byteCount

  /// Lists arenas, as many as there is room for.
  init(_ arenas: [ArenaProgress]) {
    self.arenas = Array(arenas.prefix(Self.arenaLimit))
  }

  /// Writes the list, which need not be safe.
  func write(to partition: any Partition) throws(StoreError) {
    var body = ByteWriter()
    for arena in arenas { arena.write(to: &body) }
    try Self.place.write(body, to: partition)
  }

  /// Reads the list that a partition holds; nil when it holds none.
  init?(_ partition: any Partition) throws(StoreError) {
    guard let body = try Self.place.body(in: partition),
      let list = try? Self(parsing: body.bytes)
    else { return nil }
    self = list
  }

  private init(parsing body: RawSpan) throws(FormatError) {
    var reader = ByteReader(body, of: "list of safe tails")
    arenas = []
    while reader.remaining > 0 {
      arenas.append(try ArenaProgress(parsing: &reader))
    }
  }

  /// Whether all is safe that the tail of an arena counts.
  func has(_ slot: ArenaSlot, _ tail: ArenaTail) -> Bool {
    arenas.contains(ArenaProgress(slot, tail, upTo: tail.written))
  }
}

extension StoreEngine {
  /// Says for the next start which arenas with clumps that are not indexed are ours.
  ///
  /// To be called once everything is safe, and the threads have ended.
  func keepSafeTails() {
    let tails = state.withLock { $0.arenas.map(\.tail) }
    let left = zip(slots, tails).filter { $1.indexed.clumpCount < $1.written.clumpCount }
    guard !left.isEmpty, let section = index.sections.first ?? nil else { return }
    // What cannot be kept costs time at the next start, and nothing else.
    try? SafeTails(left.map { ArenaProgress($0, $1, upTo: $1.written) }).write(
      to: section.partition)
  }

  /// What an earlier run has said so of.
  func safeTails() throws(StoreError) -> SafeTails {
    guard let section = index.sections.first ?? nil, let kept = try SafeTails(section.partition)
    else { return SafeTails([]) }
    return kept
  }
}
