import ArgumentParser
import CommandSupport
import VentiTools

/// Says what to do in place of plan9port's fixarenas, which guesses, and can destroy what is good.
struct FixArenas: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "fixarenas", abstract: "Tell which commands mend arenas; changes nothing.",
    discussion: advice, helpNames: .long)

  private static let advice = """
    Arenas are mended by commands that never touch data: 'venti check STORE' tells what is wrong; \
    'venti checkarenas -af FILE' writes directory entries that are wrong, and counts clumps that \
    are not counted; 'venti check --repair STORE' makes index and bloom filter anew. Where a \
    head, a tail or the table of a partition is lost, 'venti wrarena -o OFFSET -h OTHER FILE' \
    saves every good block of an arena into another store.
    """

  @Argument(parsing: .allUnrecognized, help: "Taken for old scripts: not looked at.")
  var arguments: [String] = []

  func runTool() throws -> Bool {
    throw CommandError("\(Self.advice)")
  }
}
