import ArgumentParser

/// What is said of it.
struct OutputOptions: ParsableArguments {
  @Flag(
    name: [.customShort("v"), .customLong("verbose")],
    help: "Name each file on standard error; with -q, those that are read with a '+' as well.")
  var isVerbose = false

  @Flag(
    name: [.customShort("s"), .customLong("statistics")],
    help: "Print what was done on standard error.")
  var printsStatistics = false

  @Flag(
    name: .customLong("json"),
    help: "Print score and statistics on standard output, as one line of JSON.")
  var printsJSON = false
}
