/// Bytes that are mostly UTF-8: its characters, and between them the bytes that are part of none.
package struct LenientUTF8: Sequence {
  /// A piece of the bytes.
  package enum Piece: Sendable, Hashable {
    case scalar(Unicode.Scalar)
    /// A byte from 128 on that is not part of UTF-8.
    case byte(UInt8)
  }

  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package struct Iterator: IteratorProtocol {
    private var parser = Unicode.UTF8.ForwardParser()
    private var rest: [UInt8].Iterator
    private let bytes: [UInt8]
    private var position = 0
    /// Where the bytes end that are part of no character.
    private var strayEnd = 0

    fileprivate init(_ bytes: [UInt8]) {
      self.bytes = bytes
      rest = bytes.makeIterator()
    }

    package mutating func next() -> Piece? {
      if position == strayEnd {
        switch parser.parseScalar(from: &rest) {
        case .valid(let scalar):
          position += scalar.count
          strayEnd = position
          return .scalar(Unicode.UTF8.decode(scalar))
        case .error(let length): strayEnd = position + length
        case .emptyInput: return nil
        }
      }
      position += 1
      return .byte(bytes[position - 1])
    }
  }

  package func makeIterator() -> Iterator { Iterator(bytes) }
}
