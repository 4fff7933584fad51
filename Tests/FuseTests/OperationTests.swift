import Fuse
import SystemPackage
import Testing

struct OperationTests {
  /// A file system whose files have two extended attributes and whose listing is given.
  private final class Tree: ReadOnlyFileSystem {
    let entries: [DirectoryEntry]
    let failure: FileSystemError?
    let forgotten = Forgotten()

    init(_ entries: [DirectoryEntry] = [], failure: FileSystemError? = nil) {
      self.entries = entries
      self.failure = failure
    }

    func lookUp(
      _ name: [UInt8], in directory: NodeID, patience: Patience
    ) throws(FileSystemError) -> Node? { nil }

    func attributes(
      of node: NodeID, patience: Patience
    ) throws(FileSystemError) -> Attributes { throw .wouldBlock }

    func target(of link: NodeID, patience: Patience) throws(FileSystemError) -> [UInt8] { [] }

    func read(
      _ node: NodeID, at offset: UInt64, count: Int, patience: Patience
    ) throws(FileSystemError) -> [Slice] { [] }

    func list(
      _ directory: NodeID, from position: UInt64, form: ListingForm, patience: Patience,
      _ body: (DirectoryEntry) -> Bool
    ) throws(FileSystemError) {
      for entry in entries where !body(entry) { return }
      if let failure { throw failure }
    }

    func seek(
      _ node: NodeID, from offset: UInt64, to target: SeekTarget, patience: Patience
    ) throws(FileSystemError) -> UInt64 { offset }

    func statistics() -> FileSystemStatistics { FileSystemStatistics() }

    func forget(_ node: NodeID, count: UInt64) { forgotten.add(node, count) }

    func extendedAttributeNames(
      of node: NodeID, patience: Patience
    ) throws(FileSystemError) -> [[UInt8]] { [Array("user.a".utf8), Array("user.bc".utf8)] }

    func extendedAttribute(
      _ name: [UInt8], of node: NodeID, patience: Patience
    ) throws(FileSystemError) -> [UInt8]? { name == Array("user.a".utf8) ? [1, 2, 3] : nil }
  }

  private static func entry(_ name: String, _ number: UInt64, hasNode: Bool = true)
    -> DirectoryEntry
  {
    let attributes = Attributes(inode: number, kind: .regular, permissions: 0o644)
    let node = Node(id: NodeID(rawValue: number), attributes: attributes)
    return hasNode
      ? DirectoryEntry(name: Array(name.utf8), node: node, next: number)
      : DirectoryEntry(name: Array(name.utf8), inode: number, kind: .directory, next: number)
  }

  private static func listing(
    _ entries: [DirectoryEntry], _ form: ListingForm, capacity: Int = 4096
  ) throws -> Listing? {
    let operation = Operation.list(.root, position: 0, form: form, capacity: capacity)
    guard case .listing(let listing) = try operation.perform(on: Tree(entries), patience: .none)
    else { return nil }
    return listing
  }

  @Test("an entry is inode, position, length, type and the name, filled up to eight bytes")
  func directoryEntry() throws {
    let listing = try #require(
      try Self.listing([Self.entry("abc", 0x0102), Self.entry("..", 3, hasNode: false)], .names))

    let first: [UInt8] =
      [2, 1, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 8, 0, 0, 0]
      + Array("abc".utf8) + [0, 0, 0, 0, 0]
    let second: [UInt8] =
      [3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0]
      + Array("..".utf8) + [0, 0, 0, 0, 0, 0]
    #expect(Array(listing.bytes) == first + second)
    #expect(listing.countedNodes.isEmpty)
  }

  @Test("a listing with nodes counts those that were taken, and only those")
  func countedNodes() throws {
    let entries = [Self.entry(".", 1, hasNode: false), Self.entry("a", 2), Self.entry("b", 3)]

    let listing = try #require(try Self.listing(entries, .nodes, capacity: 2 * 160))

    #expect(listing.countedNodes == [NodeID(rawValue: 2)])
    #expect(listing.byteCount == 2 * 160)
    // An entry without a node has node number 0, which tells the kernel to look it up.
    #expect(listing.bytes[0..<8].allSatisfy { $0 == 0 })
    #expect(listing.bytes[160] == 2)
  }

  @Test(
    "a name that no file can have is left out",
    arguments: ["", "a/b", "a\0b", String(repeating: "x", count: 256)])
  func impossibleNames(name: String) throws {
    let listing = try #require(
      try Self.listing([Self.entry(name, 7), Self.entry("good", 8)], .nodes))

    #expect(listing.countedNodes == [NodeID(rawValue: 8)])
  }

  @Test("a listing that fails gives back the nodes it had taken")
  func failedListing() {
    let tree = Tree([Self.entry("a", 2), Self.entry("b", 3)], failure: .wouldBlock)
    let operation = Operation.list(.root, position: 0, form: .nodes, capacity: 4096)

    #expect(throws: FileSystemError.wouldBlock) {
      try operation.perform(on: tree, patience: .none)
    }

    #expect(tree.forgotten.all == [NodeID(rawValue: 2): 1, NodeID(rawValue: 3): 1])
  }

  @Test("extended attributes: no room asks for the length, too little is ERANGE")
  func extendedAttributes() throws {
    func names(_ capacity: Int) throws -> Reply {
      try Operation.extendedAttributeNames(.root, capacity: capacity)
        .perform(on: Tree(), patience: .none)
    }
    func value(_ name: String, _ capacity: Int) throws -> Reply {
      try Operation.extendedAttribute(.root, name: Array(name.utf8), capacity: capacity)
        .perform(on: Tree(), patience: .none)
    }

    guard case .length(15) = try names(0) else { return #expect(Bool(false), "length of names") }
    guard case .bytes(let bytes) = try names(15) else { return #expect(Bool(false), "names") }
    #expect(bytes == Array("user.a\0user.bc\0".utf8))
    #expect(throws: FileSystemError.failed(.outOfRange)) { try names(14) }
    guard case .length(3) = try value("user.a", 0) else { return #expect(Bool(false), "length") }
    guard case .bytes([1, 2, 3]) = try value("user.a", 3) else {
      return #expect(Bool(false), "value")
    }
    #expect(throws: FileSystemError.failed(.outOfRange)) { try value("user.a", 2) }
    #expect(throws: FileSystemError.failed(.noData)) { try value("user.x", 9) }
  }

  @Test("a trace is one line, whatever a name holds")
  func trace() {
    let operation = Operation.lookUp(name: [0x61, 0x0a, 0xff], directory: .root)
    #expect(operation.description == #"look up "a\n�" in node 1"#)
  }
}
