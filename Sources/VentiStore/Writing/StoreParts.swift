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
    func open(_ names: [String]) throws(StoreError) -> [any Partition] {
      var partitions: [any Partition] = []
      for name in names { partitions.append(try FilePartition(opening: name, for: access)) }
      return partitions
    }
    self.init(
      arenas: try open(configuration.arenas), indexName: configuration.indexName,
      sections: try open(configuration.sections),
      bloom: try open(configuration.bloom.map { [$0] } ?? []).first)
  }
}
