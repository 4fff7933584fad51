import ArgumentParser
import CommandSupport
import Posix
import SystemPackage

/// Everything about a store: one command for each of plan9port's programs, and more.
@main
struct Venti: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "venti",
    abstract: "Make, serve, check and copy venti stores, and read and write their blocks.",
    discussion: """
      A link to this program that is named as a command of it acts as that command, so that \
      'venti/read SCORE' goes on working.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Stores",
        subcommands: [
          Initialize.self, Grow.self, Serve.self, Check.self, Roots.self, Copy.self,
          VerifyScore.self, ReadOnlyProxy.self,
        ]),
      CommandGroup(
        name: "Blocks",
        subcommands: [
          Read.self, Write.self, Sync.self, Dump.self, PrintRoot.self, MakeRoot.self,
        ]),
      CommandGroup(
        name: "Formatting",
        subcommands: [
          FormatArenas.self, FormatSection.self, FormatIndex.self, FormatBloom.self,
          PrintConfiguration.self,
        ]),
      CommandGroup(
        name: "Arenas",
        subcommands: [
          CheckArenas.self, VerifyArena.self, PrintArena.self, PrintArenaPartition.self,
          ReadArena.self, WriteArena.self, MirrorArenas.self, FindScore.self, CountClumps.self,
          FixArenas.self,
        ]),
      CommandGroup(
        name: "Index", subcommands: [BuildIndex.self, CheckIndex.self, SyncIndex.self]),
    ],
    helpNames: .shortAndLong)

  /// Runs the command.
  static func main() {
    StandardDescriptors.takePlaces()
    do {
      try checkEncoding(ProgramArguments.bytes)
      let words = arguments(CommandLine.arguments)
      if let first = words.first, command(first) == nil { try checkIsForAll(first) }
      run(with: words)
    } catch {
      end(with: error)
    }
  }

  /// Checks that no argument would be taken for another: names with other bytes are not for these
  /// commands.
  private static func checkEncoding(_ arguments: [[UInt8]]) throws {
    for bytes in arguments where String(validating: bytes, as: UTF8.self) == nil {
      throw ValidationError("argument '\(String(decoding: bytes, as: UTF8.self))' is not UTF-8")
    }
  }

  /// Checks that a first word which is no command is an option that goes with none.
  private static func checkIsForAll(_ word: String) throws {
    if word.hasPrefix("--") || ["-h", "help"].contains(word) { return }
    throw ValidationError(
      word.hasPrefix("-")
        ? "'\(word)' before a command: plan9port's server is 'venti serve'"
        : "there is no command '\(word)'")
  }

  /// The arguments, after the command that the program was invoked as.
  static func arguments(_ line: [String]) -> [String] {
    let name = line.first.flatMap { FilePath($0).lastComponent?.string } ?? ""
    let words = (command(name) == nil ? [] : [name]) + line.dropFirst()
    guard let first = words.first, let command = command(first) else { return words }
    return [first] + LetterGroups.split(Array(words.dropFirst()), of: command)
  }

  private static func command(_ name: String) -> (any ParsableCommand.Type)? {
    configuration.subcommands.first { $0._commandName == name }
  }
}
