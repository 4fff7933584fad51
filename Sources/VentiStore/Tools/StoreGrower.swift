internal import Posix
public import SystemPackage
internal import VentiCore

/// Adds arenas to a store in files, and makes the index larger where it must be.
///
/// Nothing of the arenas and the index that are there is changed until what is new is whole and
/// `venti.conf` names it.
public struct StoreGrower: Sendable {
  /// Called with clumps that have been looked at, and how many there are, while a larger index is
  /// filled.
  public typealias Progress = @Sendable (_ done: Int, _ total: Int) -> Void

  /// What was added.
  public struct Growth: Sendable, Equatable {
    /// The file of the new arenas.
    public let arenasFile: FilePath
    /// The new arenas.
    public let arenaCount: Int
    /// The file of the new index; nil when the old one is large enough.
    public let indexFile: FilePath?
    /// Files of the old index, which are no longer used.
    public let unusedFiles: [String]
  }

  /// An index may have this share of the recommended buckets before a larger one is made.
  private static let sufficientShare = 0.75

  /// The directory of the store.
  public var directory: FilePath
  /// Bytes of all arenas to be added.
  public var arenaByteCount: Int
  /// Where the store is, and the files are made.
  package var volume: any StoreVolume = LocalVolume()

  /// Describes what is to be added.
  public init(directory: FilePath, arenaByteCount: Int) {
    self.directory = directory
    self.arenaByteCount = arenaByteCount
  }

  /// Adds the arenas.
  ///
  /// - Throws: `StoreError.locked` while another process writes to the store.
  public func grow(progress: Progress? = nil) throws(StoreError) -> Growth {
    let configuration = try StoreConfiguration(contentsOf: directory)
    let lock = try StoreLock(configuration)
    defer { withExtendedLifetime(lock) {} }
    return try grow(configuration, progress: progress)
  }

  /// Adds the arenas to a store that nobody else writes to.
  package func grow(
    _ configuration: StoreConfiguration, progress: Progress? = nil
  ) throws(StoreError) -> Growth {
    try Self.checkMayRewrite(configuration)
    let files = StoreFiles(configuration, volume)
    // Opened now, so that a store that is not whole is not made larger.
    let parts = try StoreParts(configuration, opening: volume.open)
    let opening = StoreOpening(parts: parts)
    let index = try opening.openWholeIndex()
    let old = try opening.openArenas().flatMap(\.arenas)
    let arenasFile = try makeArenas(files)
    let new = try ArenaPartition(volume.open(arenasFile.string))
    let arenas = old + new.arenas
    let buckets = try Self.bucketCount(for: arenas)
    var indexFile: FilePath?
    if let index, Double(index.map.bucketCount) >= Double(buckets) * Self.sufficientShare {
      let layout = try IndexLayout(adding: arenas, to: index.table)
      // A server takes arenas that the table does not know, and refuses a table with others.
      try files.rewrite(adding: arenasFile, replacingIndexBy: nil)
      try layout.apply(to: index.sections.compactMap { $0 })
    } else {
      indexFile = try makeIndex(buckets, parts, new.partition, files, progress: progress)
      try files.rewrite(adding: arenasFile, replacingIndexBy: indexFile)
    }
    return Growth(
      arenasFile: arenasFile, arenaCount: new.arenas.count, indexFile: indexFile,
      unusedFiles: indexFile == nil ? [] : configuration.sections)
  }

  /// Refuses a configuration whose place is not a file of its own: a new one would be put in the place of
  /// the partition.
  private static func checkMayRewrite(_ configuration: StoreConfiguration) throws(StoreError) {
    guard configuration.isEmbedded else { return }
    throw .configuration(
      path: configuration.path.string, line: nil,
      reason: "is a partition that holds a copy of a configuration; only a store with a "
        + "\(StoreConfiguration.fileName) grows: 'venti conf' prints the copy, to be saved as one")
  }

  /// Buckets for what the arenas can hold, and twice what they hold already: blocks may be smaller
  /// than was thought.
  private static func bucketCount(for arenas: [Arena]) throws(StoreError) -> Int {
    var clumpCount = 0
    for arena in arenas { clumpCount += try arena.tail().written.clumpCount }
    let entries = Bucket.capacity(blockSize: ArenaPartitionFormat.defaultBlockSize)
    return max(
      StoreCreator.bucketCount(
        arenaByteCount: arenas.reduce(0) { $0 + $1.geometry.length }),
      2 * clumpCount / entries)
  }

  private func makeArenas(_ files: StoreFiles) throws(StoreError) -> FilePath {
    let number = files.configuration.arenas.count
    var format = ArenaPartitionFormat(name: "arenas\(number).")
    format.arenaByteCount = format.arenaByteCount(inAll: arenaByteCount)
    let size =
      PartitionLayout.base(blockSize: format.blockSize)
      + arenaByteCount.rounded(upTo: format.blockSize)
    // Whether it can be formatted is known before the file is there.
    _ = try format.layout(partitionNamed: "arenas\(number)", byteCount: size)
    let path = try files.create("arenas\(number)", byteCount: size)
    _ = try format.apply(to: volume.open(path.string))
    return path
  }

  private func makeIndex(
    _ buckets: Int, _ parts: StoreParts, _ arenas: any Partition, _ files: StoreFiles,
    progress: Progress?
  ) throws(StoreError) -> FilePath {
    let blockSize = ArenaPartitionFormat.defaultBlockSize
    let path = try files.create(
      "index\(files.configuration.arenas.count)",
      byteCount: PartitionLayout.base(blockSize: blockSize) + buckets * blockSize)
    var parts = parts
    parts.arenas.append(arenas)
    parts.sections = [try volume.open(path.string)]
    try StoreRepair(parts, progress: progress).rebuildIndex()
    return path
  }
}

/// The files beside a configuration, and the configuration itself.
private struct StoreFiles {
  let configuration: StoreConfiguration
  private let directory: FilePath
  private let volume: any StoreVolume

  init(_ configuration: StoreConfiguration, _ volume: any StoreVolume) {
    self.configuration = configuration
    directory = configuration.path.removingLastComponent()
    self.volume = volume
  }

  /// Creates a file of zeros, sparse.
  func create(_ name: String, byteCount: Int) throws(StoreError) -> FilePath {
    let path = directory.appending(name)
    try volume.createFile(path, byteCount: byteCount)
    return path
  }

  /// Writes the configuration anew: with one more arena partition, and perhaps another index.
  func rewrite(
    adding arenas: FilePath, replacingIndexBy index: FilePath?
  ) throws(StoreError) {
    let path = configuration.path
    var lines = try volume.text(of: path)
      .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last?.isEmpty == true { lines.removeLast() }
    if index != nil { lines.removeAll { $0.firstWord == "isect" } }
    let place = lines.lastIndex { $0.firstWord == "arenas" } ?? lines.count - 1
    // As the other names are: whole, or relative to the directory of the configuration.
    let isWhole = lines[place].split(separator: " ").contains { $0.hasPrefix("/") }
    let name = { (path: FilePath) in
      isWhole ? WorkingDirectory.absolute(path).string : path.lastComponent?.string ?? ""
    }
    lines.insert("arenas \(name(arenas))", at: place + 1)
    if let index { lines.insert("isect \(name(index))", at: place + 2) }
    // Nothing is named before it is there for good.
    try volume.synchronize(directory.isEmpty ? "." : directory)
    try volume.replaceFile(path, text: lines.joined(separator: "\n") + "\n")
  }
}

extension String {
  /// What a line of a configuration sets.
  fileprivate var firstWord: Substring? { split { $0 == " " || $0 == "\t" }.first }
}
