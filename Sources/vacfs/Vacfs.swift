import ArgumentParser
import CommandSupport
import Posix
import VacFileSystem
import VentiCore

/// Mounts an archive.
@main
struct Vacfs: RawCommand {
  static let configuration = CommandConfiguration(
    commandName: "vacfs",
    abstract: "Mount a vac archive read-only, to look into it with ls, cp, tar and the like.",
    usage: "vacfs [<options>] <archive> [<mountpoint>]",
    discussion: """
      ARCHIVE is a file that vac wrote, or the score in it (vac:1dff…53be). The command returns \
      when the mount answers; unmount with 'fusermount3 -u MOUNTPOINT'.

        vacfs -h backup current.vac mnt       from the server called backup
        vacfs -h /srv/venti current.vac mnt   from the store's files, without a server
      """,
    version: Version.text,
    helpNames: .long)

  @Option(
    name: [.customShort("m", allowingJoined: true), .customLong("mountpoint")],
    help: "The directory to mount on, if not given as last argument.", completion: .directory)
  var mountpointOption: RawArgument?

  @Option(
    name: [.customShort("M", allowingJoined: true), .customLong("cache-size")],
    help: "Memory for blocks: a number with k, m or g.")
  var cacheSize = ByteCount(BlockCache.defaultCapacityBytes)

  @Option(
    name: [.customShort("o", allowingJoined: true), .customLong("options")],
    help: """
      Mount options, separated by commas: ro, allow_other, default_permissions, uid=N, gid=N, \
      nosuid, nodev, noexec, nosymfollow, noatime, subtype=NAME, fsname=NAME, auto_unmount; \
      store=STORE for fstab, where vacfs is the type fuse.vacfs with ro,nosuid,nodev.
      """)
  var options: [String] = []

  @Flag(name: [.customShort("f"), .customLong("foreground")], help: "Stay in the foreground.")
  var isForeground = false

  @Flag(
    name: [.customShort("p"), .customLong("no-permission-checks")],
    help: "With allow_other, let everybody read everything.")
  var checksNoPermissions = false

  @Flag(
    name: .customLong("xattr"),
    help: "Show extended attributes and access control lists; each look at them asks anew.")
  var showsExtendedAttributes = false

  @Flag(
    name: [.customShort("d"), .customLong("trace-fuse")], help: "Log every request of the kernel.")
  var tracesFuse = false

  @OptionGroup(title: "Store")
  var connection: StoreOptions<Reading>

  // plan9port's ways to serve 9P, which only its manual explains.
  @Flag(name: .customShort("i"), help: .hidden) var servesStandardInput = false
  @Flag(name: .customShort("s"), help: .hidden) var postsService = false
  @Option(name: .customShort("S"), help: .hidden) var serviceName: String?

  @Argument(help: ArgumentHelp("A .vac file, or vac: and a score.", valueName: "archive"))
  var archive: RawArgument

  @Argument(
    help: ArgumentHelp("The directory to mount on.", valueName: "mountpoint"),
    completion: .directory)
  var mountpointArgument: RawArgument?

  func validate() throws {
    guard !servesStandardInput, !postsService, serviceName == nil else {
      throw ValidationError("9P is not served (-i, -s, -S): name a mountpoint with -m")
    }
    guard (mountpointOption == nil) != (mountpointArgument == nil) else {
      throw ValidationError(
        mountpointOption == nil ? "no mountpoint" : "two mountpoints: one with -m, one as argument")
    }
    guard Array(mountpoint.utf8) == (mountpointArgument ?? mountpointOption)?.bytes else {
      throw ValidationError(
        "mountpoint '\(mountpoint)': the name is not UTF-8; mount at another place")
    }
    guard cacheSize.bytes >= 1 << 20 else {
      throw ValidationError("cache size \(cacheSize.bytes): expected at least 1m")
    }
  }

  func run() throws {
    try Self.reporting {
      let mount = try ArchiveMount(self)
      guard isForeground || Background.isCopy else { return try mount.runInBackground() }
      try mount.run()
    }
  }

  /// The directory to mount on.
  var mountpoint: String { (mountpointArgument ?? mountpointOption)?.text ?? "" }
}
