internal import VentiCore

/// What a store is made of.
public struct StoreParts: Sendable {
  /// The partitions of the arenas, in the order of filling.
  public var arenas: [any Partition]
  /// The name of the index.
  public var indexName: String
  /// The partitions of the index, in the order of its table.
  public var sections: [any Partition]
  /// The partition of the bloom filter.
  public var bloom: (any Partition)?
  /// Bytes of memory for entries of the index while it is made anew.
  public var indexMemoryByteCount = 64 << 20

  /// Names the parts.
  public init(
    arenas: [any Partition], indexName: String, sections: [any Partition],
    bloom: (any Partition)? = nil
  ) {
    self.arenas = arenas
    self.indexName = indexName
    self.sections = sections
    self.bloom = bloom
  }

  /// Opens what a configuration names.
  public init(
    _ configuration: StoreConfiguration, for access: FilePartition.Access
  ) throws(StoreError) {
    try self.init(configuration) { name throws(StoreError) in
      try FilePartition(opening: name, for: access)
    }
  }

  /// Opens what a configuration names, by whatever opens a partition.
  package init(
    _ configuration: StoreConfiguration,
    opening open: (_ name: String) throws(StoreError) -> any Partition
  ) throws(StoreError) {
    func openAll(_ names: [String]) throws(StoreError) -> [any Partition] {
      var partitions: [any Partition] = []
      for name in names { partitions.append(try open(name)) }
      return partitions
    }
    self.init(
      arenas: try openAll(configuration.arenas), indexName: configuration.indexName,
      sections: try openAll(configuration.sections),
      bloom: try openAll(configuration.bloom.map { [$0] } ?? []).first)
    indexMemoryByteCount = configuration.icmemBytes ?? indexMemoryByteCount
  }
}

extension StoreParts {
  /// Reads the headers and tables of the arena partitions.
  package func openArenas() throws(StoreError) -> [ArenaPartition] {
    var partitions: [ArenaPartition] = []
    for partition in arenas { partitions.append(try ArenaPartition(partition)) }
    return partitions
  }

  /// Reads the headers of the sections of the index.
  package func openSections() throws(StoreError) -> [IndexSection] {
    var opened: [IndexSection] = []
    for partition in sections { opened.append(try IndexSection(partition)) }
    return opened
  }
}
