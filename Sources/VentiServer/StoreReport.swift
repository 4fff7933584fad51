public import VentiCore

/// What a store is made of and what it holds, for the pages about it.
public struct StoreReport: Sendable, Equatable {
  /// A section of the index.
  public struct Section: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its buckets.
    public var buckets: Range<Int>
    /// Entries that a bucket has room for.
    public var bucketCapacity: Int

    /// Describes a section.
    public init(name: String, buckets: Range<Int>, bucketCapacity: Int) {
      self.name = name
      self.buckets = buckets
      self.bucketCapacity = bucketCapacity
    }
  }

  /// What an arena holds, up to some clump.
  public struct Contents: Sendable, Equatable {
    /// Clumps.
    public var clumpCount: Int
    /// Clumps that are stored in fewer bytes than their blocks have.
    public var compressedClumpCount: Int
    /// Bytes of the clumps' blocks.
    public var blockByteCount: Int
    /// Bytes of the clumps, headers included.
    public var usedByteCount: Int
    /// Whether it takes no more clumps.
    public var isSealed: Bool

    /// The contents of an empty arena.
    public static let empty = Contents(
      clumpCount: 0, compressedClumpCount: 0, blockByteCount: 0, usedByteCount: 0, isSealed: false)

    /// Sets all fields.
    public init(
      clumpCount: Int, compressedClumpCount: Int, blockByteCount: Int, usedByteCount: Int,
      isSealed: Bool
    ) {
      self.clumpCount = clumpCount
      self.compressedClumpCount = compressedClumpCount
      self.blockByteCount = blockByteCount
      self.usedByteCount = usedByteCount
      self.isSealed = isSealed
    }
  }

  /// An arena.
  public struct Arena: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its place in the address space of the index.
    public var addresses: Range<Int>
    /// The name of its partition.
    public var partition: String
    /// Where it is in the partition, head and tail included.
    public var range: Range<Int>
    /// Bytes of a disk block: of the head, and of the tail.
    public var blockSize: Int
    /// The version of its format.
    public var version: Int
    /// When the first clump was written, in seconds since 1970; 0 while there is none.
    public var created: UInt32
    /// When the last clump was written.
    public var modified: UInt32
    /// All that is written.
    public var written: Contents
    /// What of it is in the index.
    public var indexed: Contents
    /// The SHA-1 of the arena; nil until it is sealed and summed.
    public var seal: Score?

    /// Sets all fields.
    public init(
      name: String, addresses: Range<Int>, partition: String, range: Range<Int>, blockSize: Int,
      version: Int, created: UInt32, modified: UInt32, written: Contents, indexed: Contents,
      seal: Score?
    ) {
      self.name = name
      self.addresses = addresses
      self.partition = partition
      self.range = range
      self.blockSize = blockSize
      self.version = version
      self.created = created
      self.modified = modified
      self.written = written
      self.indexed = indexed
      self.seal = seal
    }
  }

  /// The name of the index.
  public var indexName: String
  /// The version of its format.
  public var indexVersion: Int
  /// Bytes of a bucket.
  public var blockSize: Int
  /// Bytes that are set aside for the table of the index.
  public var tableByteCount: Int
  /// Buckets in all sections.
  public var bucketCount: Int
  /// The width of a bucket in the first four bytes of scores.
  public var divisor: Int
  /// The sections.
  public var sections: [Section]
  /// The arenas in the order of filling; those that cannot be read are left out.
  public var arenas: [Arena]
  /// Why arenas are left out.
  public var problems: [String]

  /// Sets all fields.
  public init(
    indexName: String, indexVersion: Int, blockSize: Int, tableByteCount: Int, bucketCount: Int,
    divisor: Int, sections: [Section], arenas: [Arena], problems: [String]
  ) {
    self.indexName = indexName
    self.indexVersion = indexVersion
    self.blockSize = blockSize
    self.tableByteCount = tableByteCount
    self.bucketCount = bucketCount
    self.divisor = divisor
    self.sections = sections
    self.arenas = arenas
    self.problems = problems
  }
}
