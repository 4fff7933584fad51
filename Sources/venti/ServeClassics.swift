import ArgumentParser
import CommandSupport
import VentiStore

/// What plan9port's server can be told beside `venti.conf`, so that its command lines go on working.
struct ServeClassics: ParsableArguments {
  @Option(
    name: .customShort("B", allowingJoined: true),
    help: ArgumentHelp("Memory for blocks on their way to disk: bcmem.", valueName: "size"))
  var blockMemory: ByteCount?

  @Option(
    name: .customShort("C", allowingJoined: true),
    help: ArgumentHelp("Memory for blocks that were read: mem.", valueName: "size"))
  var memory: ByteCount?

  @Option(
    name: .customShort("I", allowingJoined: true),
    help: ArgumentHelp("Memory for what the index lacks: icmem.", valueName: "size"))
  var indexMemory: ByteCount?

  @Option(
    name: .customShort("W", allowingJoined: true),
    help: ArgumentHelp("Taken for old scripts: has no effect.", valueName: "directory"))
  var webroot: String?

  @Flag(name: .customShort("L"), help: "Taken for old scripts: has no effect.")
  var keepsLogs = false

  @Flag(name: .customShort("d"), help: "Taken for old scripts: has no effect.")
  var isDebugging = false

  @Flag(name: .customShort("s"), help: "Taken for old scripts: the server stays in the foreground.")
  var staysInForeground = false

  /// The configuration with the sizes that were given.
  func applied(to configuration: StoreConfiguration) -> StoreConfiguration {
    var configuration = configuration
    if let blockMemory { configuration.bcmemBytes = blockMemory.bytes }
    if let memory { configuration.memBytes = memory.bytes }
    if let indexMemory { configuration.icmemBytes = indexMemory.bytes }
    return configuration
  }
}
