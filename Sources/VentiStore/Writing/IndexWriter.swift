internal import VentiCore

/// Merges entries into the buckets of an index, in the order of the buckets.
struct IndexWriter: Sendable {
  let index: Index
  /// Who reads the buckets meanwhile; nil for an index that nobody reads yet.
  var buckets: LiveBuckets?

  /// Enters blocks, and returns once the buckets are safe.
  ///
  /// A block that is there already gets the new address.
  ///
  /// - Parameter entries: in order.
  /// - Returns: the entries for which there is no room in their buckets.
  func merge(_ entries: [IndexEntry]) throws(StoreError) -> [IndexEntry] {
    var overflow: [IndexEntry] = []
    var start = 0
    while start < entries.count {
      let section = try section(of: entries[start])
      let end =
        entries[start...].firstIndex { !section.header.buckets.contains(bucket(of: $0)) }
        ?? entries.count
      overflow += try merge(entries[start..<end], into: section)
      start = end
    }
    return overflow
  }

  /// Writes again what a crash may have torn.
  ///
  /// - Parameter addresses: where entries point: torn sectors make up some that never were.
  func recover(through addresses: AddressMap) throws(StoreError) {
    for case .some(let section) in index.sections {
      let journal = IndexJournal(of: section)
      var records: [IndexJournal.Record] = []
      for half in IndexJournal.halves {
        let found = try journal.read(half: half)
        // As all that is written again: it may have been read from memory, and be on no disk.
        if !found.isEmpty { try journal.write(found, half: half) }
        records += found
      }
      guard !records.isEmpty else { continue }
      try section.partition.sync()
      for record in records where section.header.buckets.contains(record.bucket) {
        try recover(record, in: section, addresses)
      }
      try section.partition.sync()
      try journal.clear()
    }
  }

  /// Writes a bucket again: what the record has, and what is there besides, if it says of a clump of its
  /// block what that says itself.
  private func recover(
    _ record: IndexJournal.Record, in section: IndexSection, _ addresses: AddressMap
  ) throws(StoreError) {
    var entries: [BlockKey: IndexEntry] = [:]
    for entry in try record.entries + section.entries(ofBucket: record.bucket)
    where bucket(of: entry) == record.bucket && entries[BlockKey(entry)] == nil {
      guard let genuine = addresses.entry(at: entry.address), BlockKey(genuine) == BlockKey(entry)
      else { continue }
      entries[BlockKey(entry)] = genuine
    }
    // No journal of ours has more: one that has is not to push out what is there.
    guard entries.count <= Bucket.capacity(blockSize: section.header.blockSize) else { return }
    try section.write(
      [IndexJournal.Record(bucket: record.bucket, entries: entries.values.sorted())])
  }

  private func bucket(of entry: IndexEntry) -> Int { index.map.bucket(of: entry.score) }

  private func section(of entry: IndexEntry) throws(StoreError) -> IndexSection {
    let number = bucket(of: entry)
    if let section = index.section(ofBucket: number) { return section }
    throw .inconsistent(
      place: "index \(quoted(index.table.name))", reason: "no section has bucket \(number)")
  }

  /// Merges entries that belong to one section.
  private func merge(
    _ entries: ArraySlice<IndexEntry>, into section: IndexSection
  ) throws(StoreError) -> [IndexEntry] {
    var batch = IndexBatch(section, buckets)
    var overflow: [IndexEntry] = []
    var rest = entries
    while let first = rest.first {
      let number = bucket(of: first)
      let new = rest.prefix { bucket(of: $0) == number }
      rest = rest.dropFirst(new.count)
      let old = try section.entries(ofBucket: number)
      let merged = Self.merge(
        new, into: old, capacity: Bucket.capacity(blockSize: section.header.blockSize))
      overflow += merged.overflow
      // Entries that are there already are written again: after a sync that failed they may be on no
      // disk, and the tail is about to say that they are.
      guard merged.overflow.count < new.count else { continue }
      try batch.add(IndexJournal.Record(bucket: number, entries: merged.entries))
    }
    try batch.finish()
    return overflow
  }

  /// Puts new entries among old ones, both in order.
  private static func merge(
    _ new: ArraySlice<IndexEntry>, into old: [IndexEntry], capacity: Int
  ) -> (entries: [IndexEntry], overflow: [IndexEntry]) {
    let known = Set(old.map(BlockKey.init))
    let replacing = new.filter { known.contains(BlockKey($0)) }
    let added = new.filter { !known.contains(BlockKey($0)) }
    let replaced = Set(replacing.map(BlockKey.init))
    let kept = old.filter { !replaced.contains(BlockKey($0)) } + replacing
    // What replaces an entry has its room; of the others, the first.
    let room = max(0, capacity - kept.count)
    return ((kept + added.prefix(room)).sorted(), Array(added.dropFirst(room)))
  }
}

/// Buckets on their way to a section, through its journal.
private struct IndexBatch {
  private let section: IndexSection
  private let journal: IndexJournal
  private let live: LiveBuckets?
  private var records: [IndexJournal.Record] = []
  private var byteCount = 0
  private var half = 0
  private var hasWritten = false

  init(_ section: IndexSection, _ live: LiveBuckets?) {
    self.section = section
    self.live = live
    journal = IndexJournal(of: section)
  }

  mutating func add(_ record: IndexJournal.Record) throws(StoreError) {
    if byteCount + record.byteCount > IndexJournal.capacity { try flush() }
    records.append(record)
    byteCount += record.byteCount
  }

  /// Returns once all buckets are safe.
  mutating func finish() throws(StoreError) {
    try flush()
    guard hasWritten else { return }
    try section.partition.sync()
    try journal.clear()
  }

  private mutating func flush() throws(StoreError) {
    guard !records.isEmpty else { return }
    try journal.write(records, half: half)
    // Makes the journal safe, and the buckets of the half before it.
    try section.partition.sync()
    live?.begin(records)
    try section.write(records)
    live?.end()
    hasWritten = true
    half = (half + 1) % IndexJournal.halves.count
    records.removeAll(keepingCapacity: true)
    byteCount = 0
  }
}

extension IndexSection {
  /// The most bytes that go to neighbouring buckets in one write.
  private static var runByteLimit: Int { 1 << 20 }

  /// The entries of a bucket in order; one that claims more than it has room for has none.
  func entries(ofBucket number: Int) throws(StoreError) -> [IndexEntry] {
    let bucket = try bucket(number)
    return try partition.parsing("bucket \(number)") { () throws(FormatError) in
      var entries: [IndexEntry] = []
      entries.reserveCapacity(bucket.count)
      for index in 0..<bucket.count { entries.append(try bucket.entry(at: index)) }
      return zip(entries, entries.dropFirst()).allSatisfy { !($1 < $0) }
        ? entries : entries.sorted()
    }
  }

  /// Writes buckets, neighbours together.
  ///
  /// - Parameter records: in the order of the buckets.
  func write(_ records: [IndexJournal.Record]) throws(StoreError) {
    var writer = ByteWriter()
    var first = 0
    var next = 0
    for record in records {
      let isFull = writer.bytes.count >= Self.runByteLimit
      if !writer.bytes.isEmpty, record.bucket != next || isFull {
        try partition.write(writer, at: offset(ofBucket: first))
        writer = ByteWriter()
      }
      if writer.bytes.isEmpty { first = record.bucket }
      next = record.bucket + 1
      Bucket.write(
        record.entries, magic: header.bucketMagic, blockSize: header.blockSize, to: &writer)
    }
    if !writer.bytes.isEmpty { try partition.write(writer, at: offset(ofBucket: first)) }
  }
}

extension BlockKey {
  init(_ entry: IndexEntry) {
    self.init(score: entry.score, typeValue: entry.typeValue)
  }
}
