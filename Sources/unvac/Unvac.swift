import ArgumentParser
import CommandSupport
import Posix
import SystemPackage
import VacBackup

/// Restores, lists and compares the files of an archive.
@main
struct Unvac: RawCommand {
  static let configuration = CommandConfiguration(
    commandName: "unvac",
    abstract: "Restore the files of a vac archive, list them, or compare them with local ones.",
    discussion: """
      ARCHIVE is a file that vac wrote, or the score in it (vac:1dff…53be). Files are restored \
      into the working directory, or the one that -C names, as the archive has them: contents \
      and holes, links, permissions, times, attributes, and as root also owners and devices. A \
      file is seen there when it is whole, never before; one of the same name is replaced. What \
      is damaged is reported, and all else restored; the exit status is 1 then.

        unvac home.vac                      everything, here
        unvac -C /tmp home.vac docs/a.txt   a file and what is above it, elsewhere
        unvac -tv home.vac                  what is in it
        unvac -c home.vac docs/a.txt        a file's contents
        unvac --verify home.vac             what has changed here since
      """,
    version: Version.text,
    helpNames: .long)

  @Option(
    name: [.customShort("C", allowingJoined: true), .customLong("directory")],
    help: "The directory to restore into, or to compare. It is made if need be.")
  var directory = RawArgument(argument: ".")

  @Flag(name: [.customShort("t"), .customLong("list")], help: "List the files; -v tells more.")
  var lists = false

  @Flag(
    name: [.customShort("c"), .customLong("stdout")], help: "Write contents to standard output.")
  var concatenates = false

  @Flag(
    name: .customLong("verify"),
    help: "Compare instead of restoring: print each difference, exit 1 if there is one.")
  var verifies = false

  @Flag(name: .customLong("json"), help: "List the files as JSON, one object a line.")
  var listsJSON = false

  @Flag(
    name: [.customShort("d"), .customLong("diff")],
    help: "Compare files that exist, and write only what differs: less writing, but in place.")
  var rewritesInPlace = false

  @Flag(name: [.customShort("v"), .customLong("verbose")], help: "Name each file.")
  var isVerbose = false

  @Flag(name: [.customShort("s"), .customLong("statistics")], help: "Print what was done.")
  var printsStatistics = false

  @Flag(
    name: [.customShort("T"), .customLong("times")], inversion: .prefixedNo,
    help: "Set times. This is what happens without the option, too.")
  var setsTimes = true

  @Flag(
    name: .customLong("permissions"), inversion: .prefixedNo,
    help: "Set permissions as archived, whatever the umask.")
  var setsPermissions = true

  @Flag(
    name: .customLong("owner"), inversion: .prefixedNo,
    help: "Set owners and groups. Default: as root only.")
  var setsOwners: Bool?

  @Flag(
    name: .customLong("numeric-owner"),
    help: "Set owners by the archived numbers, not by the names.")
  var prefersNumbers = false

  @Flag(
    name: .customLong("xattrs"), inversion: .prefixedNo,
    help: "Set extended attributes and access control lists.")
  var setsAttributes = true

  @OptionGroup(title: "Store")
  var connection: StoreOptions<Reading>

  @Argument(help: ArgumentHelp("A .vac file, or vac: and a score.", valueName: "archive"))
  var archive: RawArgument

  @Argument(
    help: ArgumentHelp(
      "Files and directories of the archive, by their literal paths. Default: everything.",
      valueName: "file"))
  var files: [RawArgument] = []

  func validate() throws {
    let actions = [lists || listsJSON, concatenates, verifies].count { $0 }
    guard actions <= 1 else {
      throw ValidationError("choose one of --list, --stdout and --verify")
    }
    guard !rewritesInPlace || actions == 0 else {
      throw ValidationError("--diff is for restoring: not with --list, --stdout or --verify")
    }
  }

  func run() throws {
    try Self.reporting {
      let opened = try OpenedArchive(self)
      let action: any Action =
        if lists || listsJSON {
          ListAction(command: self, opened: opened)
        } else if concatenates {
          ConcatenateAction(command: self, opened: opened)
        } else if verifies {
          VerifyAction(command: self, opened: opened)
        } else {
          RestoreAction(command: self, opened: opened)
        }
      if try !action.run() { throw ExitCode.failure }
    }
  }

  /// Which files are meant.
  var selection: Selection { Selection(files.map(\.bytes)) }

  /// The directory to restore into, or to compare.
  ///
  /// - Parameter open: opens it, and makes it where that is meant.
  func target(
    _ open: (FilePath) throws(Errno) -> DirectoryHandle
  ) throws(CommandError) -> DirectoryHandle {
    do throws(Errno) {
      return try open(directory.path)
    } catch {
      throw CommandError("directory \(PathText.quoted(directory.bytes)): \(error)")
    }
  }

  /// What is restored, or compared.
  func restoreOptions(_ opened: OpenedArchive) -> RestoreOptions {
    var options = RestoreOptions(
      setsOwners: setsOwners ?? (Accounts.effectiveUserID == 0),
      threadCount: opened.threadCount)
    options.prefersNumbers = prefersNumbers
    options.setsPermissions = setsPermissions
    options.setsTimes = setsTimes
    options.setsAttributes = setsAttributes
    options.rewritesInPlace = rewritesInPlace
    options.readsAhead = !opened.isLocal
    return options
  }
}
