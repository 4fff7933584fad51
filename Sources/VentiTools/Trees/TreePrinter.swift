package import VentiCore

/// Prints an archive as text, block by block: plan9port's dump.
package struct TreePrinter: Sendable {
  private static let bytesPerLine = 16

  private let source: any BlockSource
  private let output: ToolOutput

  private enum Item {
    case line(String)
    case block(BlockAddress, level: Int)
  }

  /// Prints blocks of `source`.
  package init(_ source: any BlockSource, to output: ToolOutput) {
    self.source = source
    self.output = output
  }

  /// Prints the tree below a block.
  ///
  /// What cannot be read is told of in its place.
  ///
  /// - Returns: whether all blocks were good.
  package func run(_ top: BlockAddress) -> Bool {
    var isSound = true
    var waiting = [Item.block(top, level: 0)]
    while let item = waiting.popLast() {
      switch item {
      case .line(let text): output.print(text)
      case .block(let address, let level):
        do {
          let block = try source.read(address)
          waiting += try print(block, address, level).reversed()
        } catch {
          output.print("\(Self.indent(level))\(address.score) \(error)")
          isSound = false
        }
      }
    }
    return isSound
  }

  /// Prints a block; returns what is to be printed after it.
  private func print(
    _ block: Block, _ address: BlockAddress, _ level: Int
  ) throws(FormatError) -> [Item] {
    let start = "\(Self.indent(level))\(address.score)"
    let links = try BlockLinks.links(in: block, address.type, withPrevious: false)
    let below = links.map { Item.block($0.address, level: level + 1) }
    switch address.type.number {
    case BlockType.root.number:
      let root = try Root(parsing: block.bytes)
      output.print(
        "\(start) root name=\(root.nameText) type=\(root.typeText) prev=\(root.previous) "
          + "bsize=\(root.blockSize)")
      return below
    case BlockType.directory.number:
      let items = try entryItems(block, level + 1)
      output.print("\(start) dir n=\(block.count)")
      return items
    case BlockType.data.number:
      output.print("\(start) data n=\(block.count)")
      printBytes(block, level + 1)
      return []
    default:
      let family = address.type.number & 8 == 0 ? "data" : "dir"
      output.print("\(start) \(family)+\(address.type.height)")
      return pointerItems(block, address.type, level + 1)
    }
  }

  /// The lines of a directory's entries, and the trees below them.
  private func entryItems(_ block: Block, _ level: Int) throws(FormatError) -> [Item] {
    var items: [Item] = []
    for (number, entry) in try BlockLinks.entries(of: block).enumerated() {
      guard let entry else { continue }
      let type = entry.leafType.above(entry.depth)
      let flags = 0x01 | (entry.isLocal ? 0x20 : 0) | (entry.isExcludedFromArchive ? 0x80 : 0)
      items.append(
        .line(
          "\(Self.indent(level))\(number): gen=\(entry.generation) psize=\(entry.pointerSize) "
            + "dsize=\(entry.leafSize) type=\(type) flags=0x\(String(flags, radix: 16)) "
            + "size=\(entry.size) score=\(entry.score)"))
      let below = BlockAddress(entry.score, type, limit: BlockLinks.sizeLimit)
      items.append(.block(below, level: level + 1))
    }
    return items
  }

  /// The blocks that a pointer block names, holes included.
  private func pointerItems(_ block: Block, _ type: BlockType, _ level: Int) -> [Item] {
    var reader = ByteReader(block.bytes, of: "pointer block")
    var items: [Item] = []
    while let score = try? reader.score() {
      let below = BlockAddress(score, type.below, limit: BlockLinks.sizeLimit)
      items.append(.block(below, level: level))
    }
    return items
  }

  private func printBytes(_ block: Block, _ level: Int) {
    let bytes = block.array
    for start in stride(from: 0, to: bytes.count, by: Self.bytesPerLine) {
      var line = Self.indent(level)
      for byte in bytes[start..<min(start + Self.bytesPerLine, bytes.count)] {
        line += byte < 16 ? " 0" : " "
        line += String(byte, radix: 16)
      }
      output.print(line)
    }
  }

  private static func indent(_ level: Int) -> String { String(repeating: "    ", count: level) }
}

extension Root {
  /// The name as text of one line, in which there is nothing for a terminal to obey.
  package var nameText: String { Self.text(name) }
  /// The type as such a text.
  package var typeText: String { Self.text(type) }

  private static func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: "?") : $0 }, as: UTF8.self)
  }
}
