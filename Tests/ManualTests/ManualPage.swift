import Foundation

/// The source of a manual page, as far as it tells of options.
struct ManualPage {
  /// Options of the program, by command; those of a program without commands by "".
  private(set) var options: [String: Set<String>] = ["": []]

  /// Reads `docs/man/NAME.1`.
  init(of program: String) throws {
    var command = ""
    let text = try String(contentsOfFile: "docs/man/\(program).1", encoding: .utf8)
    for line in text.split(separator: "\n") where line.hasPrefix(".") {
      let words = line.dropFirst().split(separator: " ").map(String.init)
      switch words[0] {
      case "Sh", "Ss": command = ""
      case "It" where words.count > 2 && words[1] == "Cm": command = words[2]
      default: break
      }
      options[command, default: []].formUnion(Self.flags(in: words))
    }
  }

  /// What stands behind `Fl`: `h` is -h, `-store` is --store, and several letters are a group.
  private static func flags(in words: [String]) -> [String] {
    var flags: [String] = []
    var isFlag = false
    for word in words {
      if word == "Fl" {
        isFlag = true
      } else if word.first?.isUppercase == true && word.count == 2 {
        isFlag = false
      } else if isFlag, word.hasPrefix("-") {
        flags.append("-\(word)")
      } else if isFlag, word.allSatisfy({ $0.isLetter || $0.isNumber }) {
        flags += word.map { "-\($0)" }
      }
    }
    return flags
  }
}

/// What a program says with `--help`.
struct HelpText {
  /// The options.
  private(set) var options: Set<String> = []
  /// The commands.
  private(set) var commands: Set<String> = []

  /// Reads a text.
  init(_ text: String) {
    var isCommands = false
    for line in text.split(separator: "\n") {
      if !line.hasPrefix(" ") { isCommands = line.hasSuffix("SUBCOMMANDS:") }
      guard line.hasPrefix("  "), !line.hasPrefix("   ") else { continue }
      let head = line.dropFirst(2).prefix { $0 != "<" }
      let names = head.firstRange(of: "  ").map { head[..<$0.lowerBound] } ?? head
      if names.hasPrefix("-") {
        for name in names.split(whereSeparator: { ", /".contains($0) }) {
          options.insert(String(name))
        }
      } else if isCommands, !names.contains(" ") {
        commands.insert(String(names))
      }
    }
  }
}
