import SystemPackage
import TestSupport
import Testing

/// The manual pages and what the programs say of themselves: the same options, no more and no less.
struct ManualTests {
  /// Options that every command has, and the pages tell of once.
  private static let common: Set = ["--help", "--version"]

  private func help(_ program: String, _ arguments: String...) throws -> HelpText {
    let child = try ChildProcess(Fixture.program(program), arguments + ["--help"])
    #expect(try child.waitForExit() == .success)
    return HelpText(child.output)
  }

  @Test(
    "each option of a program stands in its manual, and no other",
    arguments: ["vac", "vacfs", "unvac"])
  func options(program: String) throws {
    #expect(try ManualPage(of: program).options[""] == help(program).options)
  }

  @Test(
    "each example of a program's help stands on one line of a terminal",
    arguments: ["vac", "vacfs", "unvac"])
  func examples(program: String) throws {
    let child = try ChildProcess(Fixture.program(program), ["--help"])
    #expect(try child.waitForExit() == .success)
    let lines = child.output.split(separator: "\n", omittingEmptySubsequences: false)
    let examples = lines.indices.filter { lines[$0].hasPrefix("  \(program) ") }
    #expect(examples.count > 1)
    for next in examples.map({ lines[$0 + 1] }) { #expect(next.isEmpty || next.hasPrefix("  ")) }
  }

  @Test("each command of venti, and each of its options, stands in the manual, and no other")
  func commands() throws {
    let page = try ManualPage(of: "venti")
    let commands = try help("venti").commands
    #expect(commands.count > 30)
    #expect(Set(page.options.keys).subtracting([""]) == commands)
    for command in commands {
      let known = try help("venti", command).options.subtracting(Self.common)
      let told = page.options[command, default: []]
      // What a group of commands has in common is told before them.
      #expect(told == known, "\(command)")
    }
  }
}
