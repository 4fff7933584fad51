import ArgumentParser
import CommandSupport
import VentiStore

/// The arguments that name arenas to be read one clump after the other, and where to begin.
struct ArenaArguments: ParsableArguments {
  @Option(
    name: .customShort("o", allowingJoined: true),
    help: ArgumentHelp(
      "Where the one arena begins in the file. Default: all arenas of a partition, else 0.",
      valueName: "offset"))
  var start: ByteCount?

  @Argument(help: "A partition of arenas, or an arena in a file of its own.", completion: .file())
  var file: String

  @Argument(help: "Offset of the first clump in each.")
  var offset = ByteCount(0)

  /// The arena that begins at an offset of the file; without one all arenas of the partition, or the
  /// one that a file of its own holds.
  var arenas: [Arena] {
    get throws(StoreError) {
      let partition = try FilePartition(opening: file, for: .readOnly)
      if let start { return [try Arena(at: start.bytes, in: partition)] }
      do throws(StoreError) {
        return try ArenaPartition(partition).arenas
      } catch {
        guard let arena = try? Arena(at: 0, in: partition) else { throw error }
        return [arena]
      }
    }
  }
}
