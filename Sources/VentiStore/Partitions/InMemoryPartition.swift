internal import VentiCore

/// What the system has in memory of a partition: reading anything else is an error.
struct InMemoryPartition: Partition {
  private let partition: any Partition

  init(of partition: any Partition) {
    self.partition = partition
  }

  var name: String { partition.name }
  var length: Int { partition.length }

  func read(_ count: Int, at offset: Int) throws(StoreError) -> Block {
    if let block = try partition.readInMemory(count, at: offset) { return block }
    throw .notInMemory(partition: name, offset: offset)
  }

  func write(_ bytes: RawSpan, at offset: Int) throws(StoreError) {
    throw .notInMemory(partition: name, offset: offset)
  }

  func sync() throws(StoreError) {
    throw .notInMemory(partition: name, offset: 0)
  }
}
