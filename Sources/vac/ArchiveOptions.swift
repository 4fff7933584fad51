import ArgumentParser
import CommandSupport
import VacArchive

/// What the archive is made like, and from what.
struct ArchiveOptions: ParsableArguments {
  @Option(
    name: [.customShort("f", allowingJoined: true), .customLong("file")],
    help: "Write the score into this file, not to standard output.")
  var file: RawArgument?

  @Option(
    name: [.customShort("a", allowingJoined: true), .customLong("archive")],
    help:
      "Add the files as a directory yyyy/mmdd to the archive that this file names; it is made if need be. The most recent day serves as -d."
  )
  var days: RawArgument?

  @Option(
    name: [.customShort("d", allowingJoined: true), .customLong("diff")],
    help: ArgumentHelp(
      "Compare with this archive, a .vac file or a score: what it has is not sent.",
      valueName: "archive"))
  var previous: RawArgument?

  @Flag(
    name: [.customShort("q"), .customLong("quick")],
    help: "Take over files that look as they do in the archive compared with, unread.")
  var isQuick = false

  @Flag(
    name: [.customShort("m"), .customLong("merge")],
    help: "Merge files called *.vac that are archives, instead of storing them.")
  var merges = false

  @Option(
    name: [.customShort("i", allowingJoined: true), .customLong("stdin")],
    help: ArgumentHelp("Store standard input as a file of this name.", valueName: "name"))
  var standardInputName: RawArgument?

  @Option(
    name: [.customShort("b", allowingJoined: true), .customLong("block-size")],
    help: "Bytes of a block, up to 56k; less than 512 means 512.")
  var blockSize = ByteCount(BlockLayout.defaultBlockSize)

  @Flag(help: "Leave out all that plan9port's vac leaves out.")
  var classic = false

  @Flag(
    name: .customLong("xattrs"), inversion: .prefixedNo,
    help: "Store extended attributes and access control lists.")
  var storesAttributes = true

  @Flag(
    name: .customLong("atime"),
    help: "Store times of access. Reading files may change them, and so the score.")
  var storesAccessTimes = false

  /// The sizes of blocks.
  var layout: BlockLayout {
    get throws {
      try BlockLayout(blockSize: max(blockSize.bytes, BlockLayout.blockSizes.lowerBound))
    }
  }
}
