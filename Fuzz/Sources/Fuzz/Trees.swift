import VacArchive
import VentiCore
import VentiTools

/// Blocks that name others: roots, entries, pointers; and archives made of them.
enum Trees {
  static func run(_ bytes: [UInt8]) {
    let input = Block(bytes)
    if let root = try? Root(parsing: input.bytes) {
      var writer = ByteWriter()
      root.write(to: &writer)
      expect((try? Root(parsing: Block(writer.bytes).bytes)) == root, "a root is what was written")
    }
    for type in BlockType.all {
      guard let links = try? BlockLinks.links(in: input, type, withPrevious: true) else { continue }
      for link in links {
        expect(
          link.offset + Score.byteCount <= input.count + Entry.byteCount, "a link is in its block")
      }
    }
    for case .some(let entry) in (try? BlockLinks.entries(of: input)) ?? [] {
      var writer = ByteWriter()
      entry.write(to: &writer)
      expect(
        (try? BlockLinks.entries(of: Block(writer.bytes))) == [entry],
        "an entry is what was written")
    }
    open(bytes)
  }

  /// Opens an archive whose blocks are cut from the input: 300 bytes of root, 120 of entries, and
  /// the rest for every other block.
  private static func open(_ bytes: [UInt8]) {
    let root = Array(bytes.prefix(Root.byteCount))
    let entries = Array(bytes.dropFirst(root.count).prefix(3 * Entry.byteCount))
    let rest = Array(bytes.dropFirst(root.count + entries.count))
    let source = OneSource { address in
      switch address.type {
      case .root: root
      case .directory: entries
      default: Array(rest.prefix(address.limit))
      }
    }
    let score = ArchiveScore(Block(root).score)
    guard let archive = try? Archive(opening: score, in: source) else { return }
    guard let top = try? Directory(loading: archive.directory, from: source) else { return }
    for position in 0..<top.count {
      guard case .directory(let reference) = top[position].contents else { continue }
      _ = try? Directory(loading: reference, from: source)
    }
  }
}
