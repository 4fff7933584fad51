import ArgumentParser
import CommandSupport
import Posix
import SystemPackage
import VacBackup

/// Which files go into the archive.
struct SelectionOptions: ParsableArguments {
  /// Bytes of a list of arguments that are read together.
  private static let pieceByteCount = 1 << 16

  /// A pattern, or a file of patterns, at its place among both: the first that matches decides.
  struct Rule: Sendable {
    let order: Int
    let argument: RawArgument

    init(_ text: String) {
      argument = RawArgument(argument: text)
      order = Self.count.withLock { count in
        count += 1
        return count
      }
    }

    /// Rules are made in the order of the command line, whichever option they belong to.
    private static let count = Monitor(0)
  }

  @Option(
    name: [.customShort("e", allowingJoined: true), .customLong("exclude")],
    help: ArgumentHelp("Leave out paths that match a pattern. Repeatable.", valueName: "pattern"),
    transform: Rule.init)
  var excluded: [Rule] = []

  @Option(
    name: [.customShort("x", allowingJoined: true), .customLong("patterns")],
    help: ArgumentHelp(
      "Read patterns from a file with lines 'include PATTERN' or 'exclude PATTERN'. Repeatable.",
      valueName: "file"),
    transform: Rule.init)
  var patternFiles: [Rule] = []

  @Flag(help: "Stay on the file systems of the arguments: what is mounted there is stored empty.")
  var oneFileSystem = false

  @Flag(
    help: "Of directories with a CACHEDIR.TAG, store only that: their contents can be made again.")
  var excludeCaches = false

  @Option(
    name: .customLong("from-file"),
    help: ArgumentHelp(
      "Read more arguments from a file, one a line, or each ended by a NUL; '-' is standard input.",
      valueName: "file"))
  var listFile: RawArgument?

  /// The patterns, in their order.
  func patterns() throws -> PatternList {
    var list = PatternList()
    let rules =
      excluded.map { (rule: $0, isFile: false) } + patternFiles.map { (rule: $0, isFile: true) }
    for (rule, isFile) in rules.sorted(by: { $0.rule.order < $1.rule.order }) {
      if isFile {
        let text = try Self.read(rule.argument)
        for warning in try list.add(contentsOf: text, called: rule.argument.text) {
          StandardError.print("vac: \(warning)")
        }
      } else {
        list.add(try Pattern(rule.argument.bytes), includes: false)
      }
    }
    return list
  }

  /// Adds the arguments of the file that `--from-file` names.
  func addListed(to arguments: inout ArgumentList) throws {
    guard let listFile else { return }
    do {
      let isInput = listFile.text == "-"
      let file =
        isInput
        ? FileDescriptor.standardInput
        : try FileDescriptor.open(listFile.path, .readOnly, options: .closeOnExec)
      defer { if !isInput { try? file.close() } }
      while case let piece = try file.readAll(limit: Self.pieceByteCount), !piece.isEmpty {
        try arguments.append(piece)
      }
    } catch let error as Errno {
      throw CommandError("open \(listFile.text): \(error)")
    }
  }

  private static func read(_ name: RawArgument) throws(CommandError) -> [UInt8] {
    do {
      return name.text == "-"
        ? try FileDescriptor.standardInput.readWhole(limit: SmallFile.byteLimit)
        : try SmallFile.read(name.path)
    } catch Errno.fileTooLarge {
      throw CommandError("read \(name.text): it has more than \(SmallFile.byteLimit) bytes")
    } catch {
      throw CommandError("open \(name.text): \(error)")
    }
  }
}
