internal import Posix
package import VacArchive
package import VentiCore

/// The contents of files, one after the other, for a stream.
package struct Concatenation {
  private static let zeros = Block([UInt8](repeating: 0, count: 1 << 16))

  private let source: any BlockSource

  /// - Parameter source: a cache, so that blocks come while those before are written.
  package init(from source: any BlockSource) {
    self.source = source
  }

  /// Gives a file's contents, zeros included.
  ///
  /// - Parameter take: takes the bytes in pieces.
  /// - Throws: `ReadOrWriteError`, which tells a damaged archive from a stream that is closed.
  package func read<Failure: Error>(
    _ item: Item, _ take: (Block) throws(Failure) -> Void
  ) throws(ReadOrWriteError<Failure>) {
    var failure: Failure?
    do throws(RestoreError) {
      let contents = try Contents(of: try item.stream, in: source, readsAhead: true)
      try contents.read(0..<contents.size) { (slice, _) throws(RestoreError) in
        do throws(Failure) {
          try Self.write(slice, take)
          return true
        } catch {
          failure = error
          throw .interrupted
        }
      }
    } catch {
      if let failure { throw .write(failure) }
      throw .read(error)
    }
  }

  private static func write<Failure: Error>(
    _ slice: HashTree.Slice, _ take: (Block) throws(Failure) -> Void
  ) throws(Failure) {
    switch slice {
    case .bytes(let block): try take(block)
    case .zeros(var count):
      while count > 0 {
        let part = zeros[0..<min(count, zeros.count)]
        try take(part)
        count -= part.count
      }
    }
  }
}

/// Which side of a copy failed.
package enum ReadOrWriteError<Failure: Error>: Error {
  case read(RestoreError)
  case write(Failure)
}

/// Writes a part of a copy.
func writing<Failure: Error>(
  _ body: () throws(Failure) -> Void
) throws(ReadOrWriteError<Failure>) {
  try rethrowing(body) { ReadOrWriteError.write($0) }
}
