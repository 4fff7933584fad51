package import VentiCore

/// A stack of which a limited number of values is at hand: of those below there are only their bytes,
/// in a `ByteStack`.
package struct DeepStack<Element> {
  /// Why bytes are none of a value.
  package typealias Fault = FormatError

  private let scratch: Scratch
  private let limit: Int
  private let encode: @Sendable (Element) -> [UInt8]
  private let decode: @Sendable ([UInt8]) throws(FormatError) -> Element
  private var top: [Element] = []
  private var below: ByteStack

  /// - Parameters:
  ///   - limit: values that are at hand.
  ///   - encode: makes bytes of a value, which are enough to make it again.
  package init(
    _ scratch: Scratch, limit: Int, encode: @escaping @Sendable (Element) -> [UInt8],
    decode: @escaping @Sendable ([UInt8]) throws(Fault) -> Element
  ) {
    self.scratch = scratch
    self.limit = max(2, limit)
    self.encode = encode
    self.decode = decode
    below = ByteStack(scratch)
  }

  /// Values on the stack.
  package var count: Int { below.count + top.count }

  /// The value on top, which is changed in its place.
  ///
  /// - Precondition: there is one.
  package var last: Element {
    _read { yield top[top.count - 1] }
    _modify { yield &top[top.count - 1] }
  }

  /// Those that are at hand.
  var atHand: [Element] { top }

  package mutating func push(_ element: Element) throws(ScratchError) {
    if top.count >= limit {
      let count = top.count - limit / 2
      for element in top.prefix(count) { try below.push(encode(element)) }
      top.removeFirst(count)
    }
    top.append(element)
  }

  /// Takes the value on top; nil where there is none.
  @discardableResult
  package mutating func pop() throws(ScratchError) -> Element? {
    let element = top.popLast()
    if top.isEmpty { try fetch() }
    return element
  }

  /// Has values at hand again.
  private mutating func fetch() throws(ScratchError) {
    while top.count < limit / 2, let bytes = try below.pop() {
      top.append(try scratch.parsing { () throws(FormatError) in try decode(bytes) })
    }
    top.reverse()
  }
}

extension DeepStack: Sendable where Element: Sendable {}
