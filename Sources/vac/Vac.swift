import ArgumentParser
import CommandSupport
import Posix
import VacArchive

/// Archives files.
@main
struct Vac: RawCommand {
  static let configuration = CommandConfiguration(
    commandName: "vac",
    abstract: "Store files and directories in a venti store, as an archive.",
    discussion: """
      Everything that the system knows of the files is stored: contents and holes, links, hard \
      links, owners, permissions, times, attributes, devices. The score of the archive, one line \
      'vac:1dff…53be', is printed once the store has everything for good; with -f it goes into a \
      file, which is replaced in one step. The same files and options make the same score. What \
      cannot be read is reported, and all else stored; the exit status is 1 then.

        vac -f home.vac ~/Documents        into a store of your own
        vac -h backup -f home.vac ~        to the server called backup
        vac -q -d home.vac -f home.vac ~   again: what has not changed is not read
        vac -h backup -a days.vac ~        each day under its date, in one archive

      In a pattern, * matches within a component of a path, ... across components, ? one \
      character, [a-z] and [~a-z] one of a set; it matches the whole path as it is walked to.
      """,
    version: Version.text,
    helpNames: .long)

  @OptionGroup(title: "Store")
  var connection: StoreOptions<BackingUp>

  @OptionGroup(title: "Archive")
  var archive: ArchiveOptions

  @OptionGroup(title: "Files")
  var selection: SelectionOptions

  @OptionGroup(title: "Output")
  var output: OutputOptions

  @Argument(
    help: ArgumentHelp(
      "Files and directories, each stored under its last name; of '.', '..' and '/' the contents.",
      valueName: "file"))
  var files: [RawArgument] = []

  func validate() throws {
    if archive.days != nil, archive.file != nil || archive.previous != nil {
      throw ValidationError("cannot use -a with -f, -d")
    }
    guard !files.isEmpty || archive.standardInputName != nil || selection.listFile != nil else {
      throw ValidationError("name files to archive, or use -i or --from-file")
    }
    if archive.isQuick, archive.days == nil, archive.previous == nil {
      throw ValidationError("-q needs an archive to compare with: use -d or -a")
    }
  }

  func run() throws {
    // The score would be lost with it, which says what the whole run was for.
    StandardDescriptors.goOnUnread()
    try Self.reporting {
      let run = try BackupRun(self)
      if try !run.perform() { throw ExitCode.failure }
    }
  }
}
