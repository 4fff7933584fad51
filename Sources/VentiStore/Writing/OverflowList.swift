internal import VentiCore

/// Which blocks full buckets have no room for, so that a start need not look for them again.
///
/// The tail of an arena can only say "all up to here is indexed". One clump that its bucket has no
/// room for keeps it where it is, which plan9port's server needs: that one knows of such blocks only
/// what it reads again at each start, everything behind the first of them. This list says how far
/// each such arena has been indexed all the same, and which clumps were left out on the way.
///
/// It stands in the blank of the index's first section, and counts only while the buckets concerned
/// are as they were: who makes an index anew may leave out other blocks. A list that is lost, torn,
/// old, or for which there is no room, costs time at the next start, and nothing else.
///
/// Its body, as a `KeptList` whose magic is `vacfs of`:
///
/// | offset | type | field |
/// |---:|---|---|
/// | 0 | score | fingerprint of the buckets |
/// | 20 | u32 | arenas |
/// | 24 | | arenas, as `ArenaProgress` has them |
/// | | u64 | addresses of clumps that are left out, to the end of the body |
struct OverflowList: Equatable {
  /// How far arenas have been indexed, but for the clumps that were left out.
  var arenas: [ArenaProgress]
  /// The clumps in the gaps.
  var addresses: [UInt64]
  /// What the buckets hold that have no room for them.
  var fingerprint: Score

  /// After `SafeTails` and before the journal.
  private static let place = KeptList(
    name: "overflow list", magic: 0x7661_6366_7320_6f66, range: 32768..<65536)

  /// Whether there is room for a list of so many arenas and addresses.
  static func hasRoom(arenas: Int, addresses: Int) -> Bool {
    Score.byteCount + 4 + arenas * ArenaProgress.byteCount + addresses * 8 <= place.bodyLimit
  }

  /// Writes the list; it is safe afterwards.
  ///
  /// - Precondition: there is room for it.
  func write(to partition: any Partition) throws(StoreError) {
    var body = ByteWriter()
    body.score(fingerprint)
    body.uint32(UInt32(arenas.count))
    for arena in arenas { arena.write(to: &body) }
    for address in addresses { body.uint64(address) }
    try Self.place.write(body, to: partition)
    try partition.sync()
  }

  /// Reads the list that a partition holds; nil when it holds none.
  init?(_ partition: any Partition) throws(StoreError) {
    guard let body = try Self.place.body(in: partition),
      let list = try? Self(parsing: body.bytes)
    else { return nil }
    self = list
  }

  /// The score that stands before the list, which tells it from others; nil when there is no list.
  static func score(in partition: any Partition) throws(StoreError) -> Score? {
    try place.score(in: partition)
  }

  /// What the index is to say of the clumps that are left out; nil when the list does not count.
  func entries(in index: Index, _ map: AddressMap) throws(StoreError) -> [IndexEntry]? {
    var entries: [IndexEntry] = []
    for address in addresses {
      guard let entry = map.entry(at: address) else { return nil }
      entries.append(entry)
    }
    return try index.fingerprint(of: entries) == fingerprint ? entries : nil
  }

  init(arenas: [ArenaProgress], addresses: [UInt64], fingerprint: Score) {
    self.arenas = arenas
    self.addresses = addresses
    self.fingerprint = fingerprint
  }

  private init(parsing body: RawSpan) throws(FormatError) {
    var reader = ByteReader(body, of: "overflow list")
    fingerprint = try reader.score()
    arenas = []
    for _ in 0..<(try reader.count32()) { arenas.append(try ArenaProgress(parsing: &reader)) }
    addresses = []
    while reader.remaining > 0 { addresses.append(try reader.uint64()) }
  }
}

extension Index {
  /// What the buckets of some blocks hold, in a score; nil when a section is missing.
  ///
  /// The magic numbers of all sections count as well: they change when a section is made anew.
  func fingerprint(of entries: [IndexEntry]) throws(StoreError) -> Score? {
    var hasher = ScoreHasher()
    for section in sections {
      guard let section else { return nil }
      var writer = ByteWriter()
      writer.uint32(section.header.bucketMagic ?? 0)
      writer.withBytes { hasher.update($0) }
    }
    for number in Set(entries.map { map.bucket(of: $0.score) }).sorted() {
      guard let section = section(ofBucket: number) else { return nil }
      var writer = ByteWriter()
      for entry in try section.entries(ofBucket: number) { entry.write(to: &writer) }
      writer.withBytes { hasher.update($0) }
    }
    return hasher.finish()
  }
}
