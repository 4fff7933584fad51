internal import Posix
public import SystemPackage
internal import VentiCore

/// What a `venti.conf` says: the partitions of a store, the sizes of its caches, its addresses.
///
/// A text of at most 8192 bytes, in a file, or in an arena partition or index section at offset
/// 253952 behind the line `venti config`. `#` begins a comment; the fields of a line stand
/// between blanks:
///
/// | line | meaning |
/// |---|---|
/// | `index NAME` | name of the index; needed, once |
/// | `arenas FILE` | arena partition, in the order of filling |
/// | `isect FILE` | index section, in the order of its table |
/// | `bloom FILE` | bloom filter |
/// | `mem`, `bcmem`, `icmem SIZE` | memory for blocks, disk blocks, index entries |
/// | `queuewrites` | answer writes before storing them |
/// | `addr`, `httpaddr ADDRESS` | where the server listens |
/// | `webroot DIR` | files for other web requests |
/// | `mgr …` | for another program |
///
/// Unlike plan9port we take a last line without its newline, sizes over 4 GiB, and names of
/// files relative to the directory of the configuration.
///
/// Source: venti.conf(7).
public struct StoreConfiguration: Equatable, Sendable {
  /// The name of the configuration in a store's directory.
  public static let fileName = "venti.conf"
  /// The most bytes of a configuration.
  public static let maximumByteCount = 8192
  /// Where a partition keeps a copy.
  package static let embeddedOffset = PartitionLayout.blankByteCount - maximumByteCount
  /// The line that such a copy begins with.
  package static let embeddedTitle = "venti config\n"

  /// Where the configuration was read.
  public let path: FilePath
  /// Whether that is a partition, which holds a copy.
  public internal(set) var isEmbedded = false
  /// The name of the index.
  public internal(set) var indexName = ""
  /// The names of the arena partitions, in the order of filling.
  public internal(set) var arenas: [String] = []
  /// The names of the partitions of the index, in the order of its table.
  public internal(set) var sections: [String] = []
  /// The name of the bloom filter's partition.
  public internal(set) var bloom: String?
  /// Bytes of memory for blocks.
  public package(set) var memBytes: Int?
  /// Bytes of memory for disk blocks.
  public package(set) var bcmemBytes: Int?
  /// Bytes of memory for index entries.
  public package(set) var icmemBytes: Int?
  /// The address of the server, as `tcp!*!venti`.
  public internal(set) var address: String?
  /// The address of the web server.
  public internal(set) var httpAddress: String?
  /// The directory of files for the web server.
  public internal(set) var webroot: String?
  /// Whether writes are answered before they are stored.
  public internal(set) var queueWrites = false

  /// Parses a text that stood in `path`.
  ///
  /// - Throws: `StoreError.configuration` that says which line is wrong.
  public init(parsing text: [UInt8], path: FilePath) throws(StoreError) {
    var parser = StoreConfigurationParser(path: path)
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    for line in lines { try parser.parse(String(decoding: line, as: UTF8.self)) }
    self = try parser.finish()
  }

  /// A configuration that says nothing yet, in `path`.
  init(path: FilePath) {
    self.path = path
  }

  /// The file that a writer keeps locked, beside the configuration.
  var lockPath: FilePath { FilePath(bytes: path.bytes + ".lock".utf8) }
}
