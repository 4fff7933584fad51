import ArgumentParser

/// Groups of letters in one word, as plan9port's programs take them: in `-4Za4m` the last letter has
/// the rest of the word for its value.
///
/// ArgumentParser knows groups of letters, and values joined to a letter, and not both in one word.
struct LetterGroups {
  /// Letters of the command, and whether they take values, as its help lists them.
  private let takesValue: [Character: Bool]

  /// The arguments of a command with a word for each letter; from `--` on they stay as they are.
  static func split(_ arguments: [String], of command: any ParsableCommand.Type) -> [String] {
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    // Most have no groups, and need no help text read.
    guard arguments[..<end].contains(where: isGroup) else { return arguments }
    return arguments[..<end].flatMap(LetterGroups(of: command).letters) + arguments[end...]
  }

  /// Whether a word may be a group of letters.
  private static func isGroup(_ word: String) -> Bool {
    word.hasPrefix("-") && !word.hasPrefix("--") && word.count > 2
  }

  private init(of command: any ParsableCommand.Type) {
    var takesValue: [Character: Bool] = [:]
    for line in command.helpMessage(columns: 200).split(separator: "\n") {
      // "  -h, --store <store>", "  -a <a>  Bytes", "  -4      Make"
      let words = line.split(separator: " ").prefix(3).filter { !$0.hasPrefix("--") }
      guard line.hasPrefix("  -"), let name = words.first, name.hasPrefix("-") else { continue }
      guard let letter = name.dropFirst().first, letter != "-" else { continue }
      takesValue[letter] = words.dropFirst().first?.hasPrefix("<") ?? false
    }
    self.takesValue = takesValue
  }

  /// The letters of a word; the word itself when it is no group of letters that are known.
  private func letters(of word: String) -> [String] {
    guard Self.isGroup(word) else { return [word] }
    var letters: [String] = []
    var rest = word.dropFirst()
    while let letter = rest.popFirst() {
      guard let takesValue = takesValue[letter] else { return [word] }
      letters.append("-\(letter)")
      guard takesValue else { continue }
      letters[letters.count - 1] += rest
      break
    }
    return letters
  }
}
