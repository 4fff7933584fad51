package import VentiCore

/// Prints a line about a root: plan9port's root.
///
///     SCORE: NAME TYPE SCORE-OF-TREE BLOCK-SIZE SCORE-OF-PREDECESSOR
package struct RootPrinter: Sendable {
  private let source: any BlockSource

  /// Reads roots from `source`.
  package init(_ source: any BlockSource) {
    self.source = source
  }

  /// The line about a root.
  package func line(_ score: Score) throws(ToolError) -> String {
    let address = BlockAddress(score, .root, limit: Root.byteCount)
    let block = try onBlocks { () throws(BlockError) in try source.read(address) }
    do throws(FormatError) {
      let root = try Root(parsing: block.bytes)
      return "\(score): \(Self.word(root.nameText)) \(Self.word(root.typeText)) \(root.score) "
        + "\(root.blockSize) \(root.previous)"
    } catch {
      throw .format(place: "block \(score)", error)
    }
  }

  /// A word as rc reads it: in quotes when it is empty, or has anything odd.
  private static func word(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      (0x21...0x7e).contains(byte) && !"#;&|^$=`'{}()<>".utf8.contains(byte)
    }
    guard text.isEmpty || !isPlain else { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
      + "'"
  }
}
