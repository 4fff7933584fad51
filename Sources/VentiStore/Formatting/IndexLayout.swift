internal import VentiCore

/// How an index is laid out over sections and arenas: plan9port's fmtindex.
public struct IndexLayout: Sendable {
  /// The least width of a bucket in the first four bytes of scores.
  private static let minimumDivisor = 100

  /// What each section's table says.
  public let table: IndexTable

  /// Lays out a new index.
  ///
  /// - Throws: `StoreError.inconsistent` when names or block sizes do not go together.
  public init(
    name: String, sections: [IndexSection], arenas: [Arena]
  ) throws(StoreError) {
    guard DiskName.isValid(name) else { throw Self.wrong(name, "is no name for an index") }
    guard let blockSize = sections.first?.header.blockSize else {
      throw Self.wrong(name, "has no sections")
    }
    guard sections.allSatisfy({ $0.header.blockSize == blockSize }) else {
      throw Self.wrong(name, "has sections of different block sizes")
    }
    try Self.checkUnique(sections.map(\.header.name), "sections", of: name)
    let stops = try Self.bucketStops(sections.map(\.header.blockCount), of: name)
    let ranges = zip([0] + stops, stops).map { $0..<$1 }
    table = IndexTable(
      name: name, blockSize: blockSize,
      sections: zip(sections, ranges).map { NamedRange(name: $0.header.name, range: $1) },
      arenas: try Self.map(arenas, of: name))
  }

  /// The layout that a table describes.
  init(_ table: IndexTable) {
    self.table = table
  }

  /// Keeps the layout of an index, and adds arenas after those that it knows.
  public init(adding arenas: [Arena], to old: IndexTable) throws(StoreError) {
    let known = arenas.prefix(old.arenas.count)
    guard known.map(\.name) == old.arenas.map(\.name) else {
      throw Self.wrong(old.name, "does not begin with the arenas that it has")
    }
    table = IndexTable(
      name: old.name, blockSize: old.blockSize, sections: old.sections,
      arenas: try Self.map(arenas, of: old.name))
    guard table.arenas.prefix(old.arenas.count).elementsEqual(old.arenas) else {
      throw Self.wrong(old.name, "has arenas of another size")
    }
  }

  /// Writes table and header of each section; buckets are not touched.
  ///
  /// - Parameter overwrites: whether to take sections that belong to another index, or have other
  ///   buckets.
  public func apply(
    to sections: [IndexSection], overwrites: Bool = false
  ) throws(StoreError) {
    for (section, line) in zip(sections, table.sections) where !overwrites {
      let header = section.header
      let isSame = header.indexName == table.name && header.buckets == line.range
      guard header.indexName.isEmpty || isSame else {
        throw .occupied(
          partition: section.partition.name,
          by: "buckets \(header.buckets) of index \(quoted(header.indexName))")
      }
    }
    for (section, header) in zip(sections, headers(of: sections)) {
      try section.partition.writeTable(at: header.tableOffset, end: header.base) {
        table.write(to: &$0)
      }
      // A header that names the index never stands before a table that is not whole.
      try section.partition.sync()
      try section.partition.write(header)
      try section.partition.sync()
    }
  }

  /// The headers of sections once the layout is theirs.
  func headers(of sections: [IndexSection]) -> [IndexSectionHeader] {
    zip(sections, table.sections).map { section, line in
      var header = section.header
      header.indexName = table.name
      header.buckets = line.range
      return header
    }
  }

  /// Where the buckets of each section stop.
  private static func bucketStops(
    _ blockCounts: [Int], of name: String
  ) throws(StoreError) -> [Int] {
    let scores = 1 << 32
    var count = min(blockCounts.reduce(0, +), scores - 1)
    var divisor = (scores + count - 1) / count
    if divisor < minimumDivisor {
      divisor = minimumDivisor
      count = (scores - 1) / (minimumDivisor - 1)
    }
    let used = (scores - 1) / divisor + 1
    let spare = (count - used) / blockCounts.count
    var stops: [Int] = []
    for blockCount in blockCounts.dropLast() {
      stops.append((stops.last ?? 0) + blockCount - spare)
    }
    stops.append(used)
    // What is to spare is taken from each section alike, and may be more than a small one has.
    guard zip([0] + stops, stops).allSatisfy({ $0 < $1 }), BucketMap(bucketCount: used) != nil
    else {
      throw wrong(name, "has sections that do not go together: one is too small")
    }
    return stops
  }

  /// The addresses of arenas, end to end.
  private static func map(
    _ arenas: [Arena], of name: String
  ) throws(StoreError) -> [NamedRange] {
    try checkUnique(arenas.map(\.name), "arenas", of: name)
    var address = IndexTable.firstAddress
    return arenas.map { arena in
      defer { address += arena.geometry.size }
      return NamedRange(name: arena.name, range: address..<address + arena.geometry.size)
    }
  }

  private static func checkUnique(
    _ names: [String], _ what: String, of index: String
  ) throws(StoreError) {
    guard Set(names).count == names.count else {
      throw wrong(index, "has two \(what) of the same name")
    }
  }

  private static func wrong(_ index: String, _ reason: String) -> StoreError {
    .inconsistent(place: "index \(quoted(index))", reason: reason)
  }
}
