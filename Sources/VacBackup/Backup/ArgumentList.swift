internal import VentiCore

/// What is to be archived, as a user names it: on the command line, or in a list of any length, which is
/// in a temporary file once it is long.
package struct ArgumentList: Sendable {
  /// Where an argument is; those that come first are less.
  package typealias Place = Int

  /// Bytes of an argument in a list: as many as the system takes of a path.
  package static let argumentByteLimit = 4096
  /// Bytes of the list that are looked at together.
  private static let pieceByteCount = 1 << 16

  private let named: [SourceArgument]
  private var list: ByteHeap
  private var separator = UInt8(ascii: "\n")

  /// - Parameters:
  ///   - named: those of the command line.
  ///   - scratch: where that goes of a list that is too much for memory.
  package init(_ named: [SourceArgument], _ scratch: Scratch = Scratch()) {
    self.named = named
    list = ByteHeap(scratch)
  }

  /// Adds what is read of a list, up to its end: paths that each end in a NUL, if there is one, or else
  /// lines.
  package mutating func append(_ piece: [UInt8]) throws(ScratchError) {
    _ = try list.append(piece)
    if piece.contains(0) { separator = 0 }
  }

  /// The only argument; nil where there may be others.
  var only: SourceArgument? { named.count == 1 && list.end == list.start ? named[0] : nil }

  /// Calls `body` with each argument in turn.
  func visit(
    _ body: (SourceArgument, Place) throws(BackupError) -> Void
  ) throws(BackupError) {
    for (place, argument) in named.enumerated() { try body(argument, place) }
    var place = list.start
    while place < list.end {
      let count = min(Self.pieceByteCount, list.end - place)
      let piece = try settingAside { () throws(ScratchError) in try list.bytes(count, at: place) }
      var start = 0
      while let end = end(of: start, in: piece, at: place) {
        guard end - start <= Self.argumentByteLimit else { throw .argumentTooLong }
        if end > start {
          try body(SourceArgument(Array(piece[start..<end])), named.count + place + start)
        }
        start = end + 1
      }
      guard piece.count - start <= Self.argumentByteLimit else { throw .argumentTooLong }
      place += start
    }
  }

  /// The argument at a place.
  func argument(at place: Place) throws(ScratchError) -> SourceArgument {
    guard place >= named.count else { return named[place] }
    let start = place - named.count
    let bytes = try list.bytes(min(Self.argumentByteLimit, list.end - start), at: start)
    return SourceArgument(Array(bytes.prefix { $0 != separator }))
  }

  /// Where an argument ends that begins in a piece of the list; nil where it does not end in the piece.
  private func end(of start: Int, in piece: [UInt8], at place: Int) -> Int? {
    guard start < piece.count else { return nil }
    let isLast = place + piece.count == list.end
    return piece[start...].firstIndex(of: separator) ?? (isLast ? piece.count : nil)
  }
}
