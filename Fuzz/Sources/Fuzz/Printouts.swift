import Posix
import VentiCore
import VentiTools

/// Trees of any contents, printed as text.
enum Printouts {
  /// Blocks of one tree that are read: one that is made up may name itself.
  private static let blockLimit = 50
  private static let blockSize = 512

  /// Prints a tree whose blocks are cut from the input; the scores say which is which.
  static func run(_ bytes: [UInt8]) {
    guard let first = bytes.first, let type = BlockType(wireValue: first) else { return }
    let body = Array(bytes.dropFirst())
    let count = max(1, (body.count + blockSize - 1) / blockSize)
    let reads = Monitor(0)
    let source = OneSource { address in
      let isOver = reads.withLock { count in
        count += 1
        return count > blockLimit
      }
      if isOver { return [] }
      let number = address.type == type ? 0 : Int(address.score.words.0 % UInt64(count))
      let start = number * blockSize
      return Array(body[min(start, body.count)..<min(start + blockSize, body.count)])
    }
    let lines = Monitor<[String]>([])
    let output = ToolOutput(
      print: { line in lines.withLock { $0.append(line) } }, note: { _ in })
    let top = BlockAddress(Block(body).score, type, limit: BlockLinks.sizeLimit)
    _ = TreePrinter(source, to: output).run(top)
    lines.withLock { lines in
      expect(!lines.isEmpty, "a tree is told of")
      expect(
        lines.allSatisfy { $0.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } },
        "a line is one line, and nothing for a terminal to obey")
    }
  }
}
