public import SystemPackage

/// Makes a whole store in a directory: sparse files for arenas, index and bloom filter, and a
/// `venti.conf` that plan9port's server takes too (when it runs in that directory).
public struct StoreCreator: Sendable {
  /// Blocks are expected to be this long on average, once compressed.
  private static let expectedBlockByteCount = 4096
  /// The share of the index in the arenas' size: one twentieth.
  private static let indexDivisor = 20
  /// Buckets that even the smallest index has.
  private static let minimumBucketCount = 64
  /// Stores from this size on get a bloom filter: what is smaller has an index that a machine's
  /// memory holds, which answers as fast.
  private static let bloomThreshold = 64 << 30
  /// The only size of a filter whose bits plan9port never loses.
  private static let bloomByteCount = 512 << 20
  /// Bits to a score: with 2^32 bits two are enough for some hundred million blocks.
  private static let bloomHashCount = 2

  /// The directory of the store; it is made if need be.
  public var directory: FilePath
  /// Bytes of all arenas together.
  public var arenaByteCount: Int
  /// Bytes of an arena.
  public var arenaSize = ArenaPartitionFormat.defaultArenaByteCount
  /// Where the files are made.
  package var volume: any StoreVolume = LocalVolume()

  /// Describes a store of `arenaByteCount` bytes.
  public init(directory: FilePath, arenaByteCount: Int) {
    self.directory = directory
    self.arenaByteCount = arenaByteCount
  }

  /// Makes the store.
  ///
  /// `venti.conf` is written last, once all it names is there for good: without it there is no store.
  /// Where that fails, what was made is removed.
  ///
  /// - Throws: `StoreError.inconsistent` rather than touch a file that is there.
  public func create() throws(StoreError) {
    var format = ArenaPartitionFormat(name: "arenas")
    format.arenaByteCount = format.arenaByteCount(inAll: arenaByteCount, usually: arenaSize)
    let size =
      PartitionLayout.base(blockSize: format.blockSize)
      + arenaByteCount.rounded(upTo: format.blockSize)
    _ = try format.layout(partitionNamed: "arenas", byteCount: size)
    try volume.createDirectory(directory)
    guard !volume.exists(configurationPath) else {
      throw .configuration(
        path: directory.string, line: nil,
        reason: "holds a store already; 'venti grow' adds room to it")
    }
    var files: [FilePath] = []
    do throws(StoreError) {
      try create(format, byteCount: size, &files)
    } catch {
      for file in files { try? volume.removeFile(file) }
      throw error
    }
  }

  private func create(
    _ format: ArenaPartitionFormat, byteCount: Int, _ files: inout [FilePath]
  ) throws(StoreError) {
    let arenas = try format.apply(to: createFile("arenas", byteCount, &files))
    let base = PartitionLayout.base(blockSize: format.blockSize)
    let section = try IndexSectionFormat(name: "index0")
      .apply(to: createFile("index", indexByteCount(base), &files))
    try IndexLayout(name: "main", sections: [section], arenas: arenas.arenas)
      .apply(to: [section])
    let hasBloom = arenaByteCount >= Self.bloomThreshold
    if hasBloom { try createBloomFilter(&files) }
    try volume.synchronize(directory)
    do throws(StoreError) {
      try volume.replaceFile(configurationPath, text: configuration(hasBloom: hasBloom))
    } catch {
      // It may be there, if not for good, and names files that are about to go.
      try? volume.removeFile(configurationPath)
      throw error
    }
  }

  private var configurationPath: FilePath { directory.appending(StoreConfiguration.fileName) }

  private func indexByteCount(_ base: Int) -> Int {
    let buckets = Self.bucketCount(arenaByteCount: arenaByteCount)
    return base + buckets * ArenaPartitionFormat.defaultBlockSize
  }

  /// Buckets of the index of a store with so many bytes of arenas.
  static func bucketCount(arenaByteCount: Int) -> Int {
    max(
      arenaByteCount / indexDivisor / ArenaPartitionFormat.defaultBlockSize, minimumBucketCount)
  }

  private func createBloomFilter(_ files: inout [FilePath]) throws(StoreError) {
    let partition = try createFile("bloom", Self.bloomByteCount, &files)
    let filter = BloomFilter(hashCount: Self.bloomHashCount, byteCount: Self.bloomByteCount)
    try filter?.apply(to: partition)
  }

  private func createFile(
    _ name: String, _ byteCount: Int, _ files: inout [FilePath]
  ) throws(StoreError) -> any Partition {
    let path = directory.appending(name)
    try volume.createFile(path, byteCount: byteCount)
    files.append(path)
    return try volume.open(path.string)
  }

  private func configuration(hasBloom: Bool) -> String {
    """
    # names of files are relative to this directory
    index main
    arenas arenas
    isect index
    \(hasBloom ? "bloom bloom\n" : "")mem 64m
    bcmem 64m
    icmem 64m

    """
  }
}
