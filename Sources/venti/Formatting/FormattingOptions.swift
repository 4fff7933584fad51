import ArgumentParser
import CommandSupport
import VentiStore
import VentiTools

/// Options of the tools that format partitions of blocks.
struct FormattingOptions: ParsableArguments {
  @Flag(name: .customLong("force"), help: "Destroy the part of a store that the file holds.")
  var overwrites = false

  @Option(
    name: .customLong("size"),
    help: "Make the file, of so many bytes, when there is none (k, m, g, t).")
  var size: ByteCount?

  @Option(
    name: .customShort("b", allowingJoined: true),
    help: ArgumentHelp("Bytes of a disk block, or of a bucket.", valueName: "size"))
  var blockSize = ByteCount(ArenaPartitionFormat.defaultBlockSize)

  @Flag(
    name: .customShort("Z"),
    help: "Taken for old scripts: in any case only what must be zero is cleared.")
  var doesNotClear = false

  var formatter: PartitionFormatter {
    var formatter = PartitionFormatter(to: .standard)
    formatter.overwrites = overwrites
    formatter.fileByteCount = size?.bytes
    return formatter
  }
}
