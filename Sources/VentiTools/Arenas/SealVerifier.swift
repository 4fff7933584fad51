internal import Posix
package import SystemPackage
internal import VentiCore
package import VentiStore

/// Computes the seals of arenas again: plan9port's verifyarena.
///
/// All is said on standard error.
package struct SealVerifier: Sendable {
  private static let pieceByteCount = 1 << 20
  private static let standardInput = "<stdin>"

  /// How much is told: 1 names all arenas, 2 describes them.
  package var verbosity = 0
  /// Seconds to wait between reads.
  package var pauseSeconds = 0.0
  private let output: ToolOutput

  /// Tells what it finds to `output`.
  package init(to output: ToolOutput) {
    self.output = output
  }

  /// Verifies arenas of a partition: those that are named, or all.
  ///
  /// - Returns: whether all seals were right, and all names known.
  package func verify(_ partition: ArenaPartition, names: [String]) -> Bool {
    let header = partition.header
    if verbosity > 0 {
      say("# arena part version=3 blocksize=\(header.blockSize) arenabase=\(header.base)")
    }
    var isSound = true
    for arena in partition.arenas where names.isEmpty || names.contains(arena.name) {
      if verbosity > 0 { say("verify \(arena.name)") }
      isSound = verify(arena) && isSound
    }
    for name in names where !partition.arenas.contains(where: { $0.name == name }) {
      say("\(name): did not find arena")
      isSound = false
    }
    return isSound
  }

  private func verify(_ arena: Arena) -> Bool {
    do throws(StoreError) {
      let tail = try arena.tail()
      // What is not sealed needs no reading.
      let seal = tail.seal == .none ? .none : try seal(of: arena)
      let isRight = report(arena.name, tail, computed: seal)
      if verbosity > 1 { ArenaDescription.lines(of: arena, tail).forEach(output.note) }
      return isRight
    } catch {
      say("\(arena.name): \(error)")
      return false
    }
  }

  private func seal(of arena: Arena) throws(StoreError) -> Score {
    var hasher = SealHasher()
    let end = arena.start + arena.geometry.length
    try arena.partition.forEachPiece(of: arena.start..<end) { piece in
      hasher.add(piece.array)
      pause()
    }
    return hasher.finish()
  }

  /// Verifies the one arena that comes from a file or a pipe.
  package func verify(_ input: FileDescriptor) -> Bool {
    let name = Self.standardInput
    if verbosity > 0 { say("verify \(name)") }
    do {
      let first = try input.readAll(limit: PartitionLayout.minimumBlockSize)
      let head = try ArenaHead(parsing: Block(first).bytes)
      var hasher = SealHasher()
      hasher.add(first)
      while hasher.byteCount < head.length {
        let rest = head.length - hasher.byteCount
        let piece = try input.readAll(limit: min(Self.pieceByteCount, rest))
        guard !piece.isEmpty else {
          say("\(name): early eof: \(hasher.byteCount) bytes of \(head.length)")
          return false
        }
        hasher.add(piece)
        pause()
      }
      let tail = try ArenaTail(parsing: Block(hasher.last(head.blockSize)).bytes)
      let isRight = report(name, tail, computed: hasher.finish())
      if verbosity > 1 {
        ArenaDescription.lines(
          of: tail, named: head.name, at: head.blockSize, count: head.length
        ).forEach(output.note)
      }
      return isRight
    } catch {
      say("\(name): \(error)")
      return false
    }
  }

  private func report(_ name: String, _ tail: ArenaTail, computed: Score) -> Bool {
    let isRight = tail.seal == .none || tail.seal == computed
    if tail.seal == .none {
      if verbosity > 0 || tail.indexed.usedByteCount > 0 {
        say("\(name): unsealed \(Text.grouped(tail.indexed.usedByteCount)) bytes")
      }
    } else if !isRight {
      say("\(name): mismatch checksum - found=\(tail.seal) calculated=\(computed)")
    } else if verbosity > 0 {
      say("\(name): verified score")
    }
    return isRight
  }

  private func say(_ text: String) { output.note("\(Text.stamp) \(text)") }

  private func pause() {
    guard pauseSeconds > 0 else { return }
    let _: Void? = Monitor(()).wait(until: .after(seconds: pauseSeconds)) { _ in nil }
  }
}
