import TestSupport
import VacArchive
import VentiCore

/// A made-up directory tree, which writes itself and knows what it must look like when read.
struct RandomTree {
  /// A file: what is written, and what its contents are.
  final class Node {
    var file: FileDescription
    var bytes: [UInt8] = []
    var children: [Node] = []

    init(_ file: FileDescription) {
      self.file = file
    }
  }

  private(set) var top: [Node] = []
  private var random: SeededGenerator
  private var left: Int
  private var linkable: [Node] = []

  init(seed: UInt64, files: Int) {
    random = SeededGenerator(seed: seed)
    left = files
    top = makeDirectory(depth: 0)
  }

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

  private mutating func makeDirectory(depth: Int) -> [Node] {
    var names: Set<[UInt8]> = []
    for _ in 0..<min(left, Int.random(in: 0...(depth == 0 ? left : 12), using: &random)) {
      names.insert(makeName())
    }
    left -= names.count
    return names.sorted { $0.lexicographicallyPrecedes($1) }.shuffled(using: &random).map {
      makeNode($0, depth: depth)
    }
  }

  private mutating func makeName() -> [UInt8] {
    if chance(20) {
      return [UInt8](repeating: UInt8.random(in: 0x80...0x82, using: &random), count: 255)
    }
    let letters = Array("ab.\n ".utf8) + [0xff, 0xc3, 0x01]
    let name = (0..<Int.random(in: 1...9, using: &random)).map { _ in
      letters[Int.random(in: 0..<letters.count, using: &random)]
    }
    return Omission.NameFault(name) == nil ? name : Array("dots".utf8)
  }

  private mutating func makeNode(_ name: [UInt8], depth: Int) -> Node {
    if !linkable.isEmpty, chance(15) { return makeLink(name) }
    let kinds = FileKind.allCases + [.file, .file, .file, .directory]
    let kind = kinds[Int.random(in: 0..<kinds.count, using: &random)]
    var file = FileDescription(
      name: name, kind: depth > 40 && kind == .directory ? .file : kind,
      permissions: UInt16.random(in: 0...0o7777, using: &random), modified: makeTime(), qid: 0)
    file.owner = Array("owner \(Int.random(in: 0...9, using: &random))".utf8)
    file.group = chance(9) ? [] : Array(repeating: 0x67, count: chance(9) ? 200 : 3)
    file.ownerNumbers = .init(user: .random(in: 0...(.max), using: &random), group: 5)
    if chance(3) { file.changed = makeTime() }
    if chance(3) { file.accessed = makeTime() }
    if chance(4) { file.attributes = makeAttributes() }
    let node = Node(file)
    fill(node, depth: depth)
    return node
  }

  private mutating func makeLink(_ name: [UInt8]) -> Node {
    let target = linkable[Int.random(in: 0..<linkable.count, using: &random)]
    target.file.linkCount += 1
    let node = Node(target.file)
    node.file.name = name
    node.bytes = target.bytes
    links.append((node, target))
    return node
  }

  private var links: [(node: Node, target: Node)] = []

  private mutating func makeTime() -> FileTime {
    FileTime(
      seconds: .random(in: -1 << 34...1 << 34, using: &random),
      nanoseconds: .random(in: 0..<1_000_000_000, using: &random))
  }

  private mutating func makeAttributes() -> [ExtendedAttribute] {
    (0..<Int.random(in: 0...3, using: &random)).map { number in
      let count = Int.random(in: 0...(chance(4) ? 3000 : 60), using: &random)
      return ExtendedAttribute(name: Array("user.\(number)".utf8), value: random.bytes(count))
    }
  }

  private mutating func fill(_ node: Node, depth: Int) {
    switch node.file.kind {
    case .directory: node.children = makeDirectory(depth: depth + 1)
    case .file:
      node.bytes = random.bytes(Int.random(in: 0...2000, using: &random))
      if chance(4) { linkable.append(node) }
    case .link: node.bytes = Array("../target of some length".utf8)
    case .device:
      node.file.device = DeviceNumber(
        isBlock: chance(2), major: .random(in: 0...4095, using: &random),
        minor: .random(in: 0...(.max), using: &random))
      node.bytes = node.file.device?.text ?? []
    case .pipe, .socket: break
    }
  }

  // MARK: Writing

  /// Writes some tree of 200 files in one of the forms that archives have, which the seed decides on.
  static func archive(seed: UInt64, in store: MemoryStore) throws -> Archive {
    let blockSize = [512, 1000, 8192, 57344][Int(seed) % 4]
    let score = try RandomTree(seed: seed, files: 200)
      .write(to: store, blockSize: blockSize, isClassic: seed % 5 == 0)
    return try Archive(opening: score, in: store)
  }

  /// Writes the tree, and gives every file its number.
  func write(
    to store: any BlockStore, blockSize: Int, isClassic: Bool = false
  ) throws -> ArchiveScore {
    var writer = ArchiveWriter(
      to: store, layout: try BlockLayout(blockSize: blockSize), isClassic: isClassic)
    for (node, target) in links { node.file.linkCount = target.file.linkCount }
    var qids: [ObjectIdentifier: UInt64] = [:]
    let targets = Dictionary(
      uniqueKeysWithValues: links.map { (ObjectIdentifier($0.node), ObjectIdentifier($0.target)) })
    return try writer.finish(top: write(top, &writer, &qids, targets))
  }

  private func write(
    _ nodes: [Node], _ writer: inout ArchiveWriter, _ qids: inout [ObjectIdentifier: UInt64],
    _ targets: [ObjectIdentifier: ObjectIdentifier]
  ) throws -> DirectoryStreams {
    var directory = writer.makeDirectory()
    for node in nodes.sorted(by: { ArchiveOrder.isOrdered($0.file.name, $1.file.name) }) {
      // A classic archive has no hard links: every name is a file.
      let target = writer.isClassic ? nil : targets[ObjectIdentifier(node)]
      let identity = target ?? ObjectIdentifier(node)
      let qid = qids[identity] ?? writer.nextNumber()
      qids[identity] = qid
      node.file.qid = qid
      if node.file.kind == .directory {
        try directory.append(node.file, contents: write(node.children, &writer, &qids, targets))
      } else {
        var stream = writer.makeStream()
        try stream.append(node.bytes)
        try directory.append(node.file, contents: stream.finish())
      }
    }
    return try directory.finish()
  }
}
