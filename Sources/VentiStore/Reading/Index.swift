public import VentiCore

/// The index of a store: says where the block of a score is.
///
/// Sections that are missing or damaged leave gaps, in which nothing is found.
public struct Index: Sendable {
  /// The table that stands in each section.
  public let table: IndexTable
  /// Which bucket a score belongs to.
  public let map: BucketMap
  /// The sections in the order of the table; nil for one that cannot be used.
  public let sections: [IndexSection?]
  /// What is wrong with sections.
  public let problems: [StoreError]

  /// Puts the sections of an index together.
  ///
  /// The first table that can be read is the one that is used.
  public init(name: String, sections: [IndexSection]) throws(StoreError) {
    var problems: [StoreError] = []
    let table = try Self.table(of: name, in: sections, problems: &problems)
    try self.init(table, sections: sections, problems: problems)
  }

  /// Puts the sections of an index together whose table is known.
  init(
    _ table: IndexTable, sections: [IndexSection], problems: [StoreError] = []
  ) throws(StoreError) {
    var problems = problems
    let name = table.name
    guard let stop = table.sections.last?.range.upperBound, let map = BucketMap(bucketCount: stop)
    else {
      throw .inconsistent(
        place: "index \(quoted(name))",
        reason: "\(table.sections.last?.range.upperBound ?? 0) is no number of buckets")
    }
    self.table = table
    self.map = map
    self.sections = table.sections.map { entry in
      let section = sections.first { $0.matches(entry, of: table) }
      if section == nil {
        problems.append(
          .inconsistent(
            place: "index \(quoted(name))",
            reason: "no section \(quoted(entry.name)) with buckets \(entry.range) is there"))
      }
      return section
    }
    self.problems = problems
  }

  private static func table(
    of name: String, in sections: [IndexSection], problems: inout [StoreError]
  ) throws(StoreError) -> IndexTable {
    for section in sections where section.header.indexName == name {
      do throws(StoreError) {
        let table = try section.table()
        if table.name == name { return table }
        problems.append(
          .inconsistent(
            place: "partition \(quoted(section.partition.name))",
            reason: "table is that of index \(quoted(table.name))"))
      } catch {
        problems.append(error)
      }
    }
    throw problems.first
      ?? .inconsistent(place: "index \(quoted(name))", reason: "no section of it is there")
  }

  /// Finds the entries of a block.
  ///
  /// - Throws: `StoreError` when the bucket cannot be read, or its section is not there.
  public func entries(for score: Score, _ type: BlockType) throws(StoreError) -> [IndexEntry] {
    let (section, number) = try section(of: score)
    let bucket = try section.bucket(number)
    return try section.parsing(number) { () throws(FormatError) in
      try bucket.entries(for: score, type)
    }
  }

  /// Finds whatever looks like an entry of a block in its bucket, in order or not.
  ///
  /// - Returns: the entries, and what is wrong with the bucket, if something is.
  public func remnants(
    of score: Score, _ type: BlockType
  ) throws(StoreError) -> (entries: [IndexEntry], fault: StoreError?) {
    let (section, number) = try section(of: score)
    let bucket = try section.bucket(number)
    let (entries, isSound) = try section.parsing(number) { () throws(FormatError) in
      (try bucket.remnants(of: score, type), try bucket.isSound(as: number, of: map))
    }
    let place = "partition \(quoted(section.partition.name)) bucket \(number)"
    return (entries, isSound ? nil : .inconsistent(place: place, reason: "is not in order"))
  }

  /// Finds the entries of a block in the journal: those of a bucket that is being written.
  func journalled(_ score: Score, _ type: BlockType) throws(StoreError) -> [IndexEntry] {
    let (section, number) = try section(of: score)
    let journal = IndexJournal(of: section)
    var found: [IndexEntry] = []
    for half in IndexJournal.halves where try journal.isInUse(half: half) {
      for record in try journal.read(half: half) where record.bucket == number {
        found += record.entries.filter { $0.score == score && $0.typeValue == type.wireValue }
      }
    }
    return found
  }

  /// Checks that nobody has made the index anew since it was opened: nothing is found in its buckets
  /// then that was found before.
  func checkIsCurrent(for score: Score) throws(StoreError) {
    let (section, _) = try section(of: score)
    guard try IndexSection(section.partition).header == section.header else {
      throw .inconsistent(
        place: "index \(quoted(table.name))", reason: "was made anew since it was opened")
    }
  }

  /// The section that has a bucket; nil when it is not there.
  func section(ofBucket number: Int) -> IndexSection? {
    for case .some(let section) in sections where section.header.buckets.contains(number) {
      return section
    }
    return nil
  }

  /// The section, and the number of the bucket, that a score belongs to.
  private func section(of score: Score) throws(StoreError) -> (IndexSection, bucket: Int) {
    let number = map.bucket(of: score)
    if let section = section(ofBucket: number) { return (section, number) }
    throw .inconsistent(
      place: "index \(quoted(table.name))", reason: "no section has bucket \(number)")
  }
}

extension IndexSection {
  fileprivate func parsing<Value>(
    _ bucket: Int, _ body: () throws(FormatError) -> Value
  ) throws(StoreError) -> Value {
    try partition.parsing("bucket \(bucket)", body)
  }

  /// Whether this is the section that a line of the index's table names.
  fileprivate func matches(_ entry: NamedRange, of table: IndexTable) -> Bool {
    header.name == entry.name && header.buckets == entry.range
      && header.indexName == table.name && header.blockSize == table.blockSize
  }
}
