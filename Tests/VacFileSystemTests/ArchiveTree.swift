import Fuse
import Posix
import SystemPackage
import TestSupport
import VacArchive
import VacFileSystem
import VentiCore
import VentiStore

/// An archive of plan9port's, shown without a kernel.
final class ArchiveTree: Sendable {
  let fileSystem: ArchiveFileSystem
  let source: FaultySource
  let log = Monitor<[String]>([])
  private let directory: TemporaryDirectory

  static let patience = Patience.until(.after(seconds: 60))

  init(
    _ archive: ArchiveFixture, readsPromptly: Bool = true,
    change: (inout ArchiveFileSystem.Options) -> Void = { _ in }
  ) throws {
    directory = try TemporaryDirectory()
    let path = try archive.store.unpack(into: directory.path)
    source = FaultySource(try ReadOnlyStore(opening: path))
    let cacheBytes = 32 << 20
    let cache = BlockCache(over: source, capacityBytes: cacheBytes)
    var options = ArchiveFileSystem.Options()
    options.readsPromptly = readsPromptly
    options.log = { [log] line in log.update { $0.append(line) } }
    change(&options)
    fileSystem = ArchiveFileSystem(
      try Archive(opening: ArchiveScore(archive.text), in: source), cache: cache,
      cacheBytes: cacheBytes, options: options)
  }

  /// Every file below a directory, by path; what is not UTF-8 in a name is replaced in the path.
  func files(
    below top: NodeID = .root, path: String = ""
  ) throws -> [(path: String, node: Node)] {
    var files: [(path: String, node: Node)] = []
    var waiting = [(path: path, node: top)]
    while let (path, directory) = waiting.popLast() {
      // Behind `.` and `..`.
      for entry in try entries(in: directory).dropFirst(2) {
        let found = try fileSystem.lookUp(entry.name, in: directory, patience: Self.patience)
        guard let node = found else { throw Errno.noSuchFileOrDirectory }
        let name = String(decoding: entry.name, as: UTF8.self)
        let below = path.isEmpty ? name : "\(path)/\(name)"
        files.append((below, node))
        if node.attributes.kind == .directory { waiting.append((below, node.id)) }
      }
    }
    return files
  }

  func entries(
    in directory: NodeID, from position: UInt64 = 0, form: ListingForm = .names,
    patience: Patience = ArchiveTree.patience, limit: Int = .max
  ) throws -> [DirectoryEntry] {
    var entries: [DirectoryEntry] = []
    try fileSystem.list(directory, from: position, form: form, patience: patience) { entry in
      guard entries.count < limit else { return false }
      entries.append(entry)
      return true
    }
    return entries
  }

  /// The node at a path.
  func node(_ path: String) throws -> Node {
    var node = Node(
      id: .root,
      attributes: try fileSystem.attributes(of: .root, patience: Self.patience))
    for name in path.split(separator: "/") {
      let found = try fileSystem.lookUp(
        Array(name.utf8), in: node.id, patience: Self.patience)
      guard let found else { throw Errno.noSuchFileOrDirectory }
      node = found
    }
    return node
  }

  func contents(
    of node: Node, patience: Patience = ArchiveTree.patience
  ) throws -> [UInt8] {
    try fileSystem.read(
      node.id, at: 0, count: Int(node.attributes.size), patience: patience
    ).flatMap(\.array)
  }
}

extension Fuse.Slice {
  /// The bytes of a part of a file.
  var array: [UInt8] {
    switch self {
    case .zeros(let count): return Array(repeating: 0, count: count)
    case .bytes(let memory, let range):
      var bytes: [UInt8] = []
      memory.withBytes { span in bytes = Block(copying: span.extracting(range)).array }
      return bytes
    }
  }
}

/// A source that can be told that a block is damaged.
final class FaultySource: BlockFetcher {
  private let source: any BlockFetcher
  private let damaged = Monitor<Set<Score>>([])

  init(_ source: any BlockFetcher) {
    self.source = source
  }

  func damage(_ score: Score) {
    damaged.withLock { _ = $0.insert(score) }
  }

  func repair() {
    damaged.withLock { $0 = [] }
  }

  func read(_ address: BlockAddress) throws(BlockError) -> Block {
    guard !damaged.withLock({ $0.contains(address.score) }) else {
      throw .damaged(address.score, address.type, reason: "damaged by the test")
    }
    return try source.read(address)
  }

  func fetch(_ addresses: [BlockAddress], deliver: @escaping BlockDelivery) {
    source.fetch(addresses) { address, result in
      let isDamaged = self.damaged.withLock { $0.contains(address.score) }
      deliver(
        address,
        isDamaged
          ? .failure(.damaged(address.score, address.type, reason: "damaged by the test"))
          : result)
    }
  }
}
