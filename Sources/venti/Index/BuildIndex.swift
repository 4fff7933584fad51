import ArgumentParser
import VentiStore
import VentiTools

/// Builds an index.
struct BuildIndex: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "buildindex",
    abstract: "Make index and bloom filter anew from the arenas.", helpNames: .long)

  @Option(
    name: .customShort("i", allowingJoined: true),
    help: ArgumentHelp(
      "A section to make anew, or 'none'; may be given again. Default: all sections.",
      valueName: "section"))
  var sections: [String] = []

  @Flag(name: .customShort("b"), help: "Make the bloom filter anew, with -i too.")
  var includesBloom = false

  @Flag(name: .customShort("d"), help: "Taken for old scripts: has no effect.")
  var isDebugging = false

  @Option(
    name: .customShort("M", allowingJoined: true),
    help: ArgumentHelp("Taken for old scripts: has no effect.", valueName: "size"))
  var memory: String?

  @OptionGroup var store: StoreArgument

  func runTool() throws -> Bool {
    let configuration = try store.configuration
    let lock = try StoreLock(configuration)
    defer { withExtendedLifetime(lock) {} }
    let progress = ProgressMeter("building index", in: .things("clumps"))
    defer { progress.finish() }
    try IndexBuilder(to: .standard).run(StoreParts(configuration, for: .readWrite), scope) {
      progress.update($0, of: $1)
    }
    return true
  }

  private var scope: IndexBuilder.Scope {
    guard !sections.isEmpty else { return .all }
    return .sections(sections.filter { $0 != "none" }, bloom: includesBloom)
  }
}

/// Checks an index.
struct CheckIndex: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkindex", abstract: "Compare index and bloom filter with the arenas.",
    helpNames: .long)

  @Flag(name: .customShort("f"), help: "Make the bloom filter anew when it lacks blocks.")
  var repairsBloom = false

  @OptionGroup var cacheSize: CacheSizeOption

  @OptionGroup var store: StoreArgument

  @Argument(help: "Taken for old scripts: no temporary file is needed.", completion: .file())
  var temporaryFile: String?

  func runTool() throws -> Bool {
    let configuration = try store.configuration
    let lock = repairsBloom ? try StoreLock(configuration) : nil
    defer { withExtendedLifetime(lock) {} }
    let parts = try StoreParts(configuration, for: repairsBloom ? .readWrite : .readOnly)
    let output = ToolOutput.standard
    let finding = try IndexChecker(to: output).run(parts)
    guard repairsBloom, finding.missingFromBloom > 0 else { return finding.isSound }
    output.note("checkindex: making the bloom filter anew")
    try StoreRepair(parts).rebuildBloom()
    return finding.isIndexSound
  }
}

/// Brings an index up to date.
struct SyncIndex: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "syncindex",
    abstract: "Bring the index of a store that no server has open up to date with its arenas.",
    helpNames: .long)

  @Flag(name: .customShort("v"), help: "Describe the index.")
  var isVerbose = false

  @Option(
    name: .customShort("I", allowingJoined: true),
    help: ArgumentHelp("Taken for old scripts: has no effect.", valueName: "size"))
  var indexCacheSize: String?

  @OptionGroup var cacheSize: CacheSizeOption

  @OptionGroup var store: StoreArgument

  func runTool() throws -> Bool {
    let output = ToolOutput.standard
    let configuration = try store.configuration
    var options = WriteOptions(configuration)
    options.notice = { output.note("venti syncindex: \($0)") }
    let open = try Store(configuration, options: options)
    if isVerbose { IndexDescription.lines(of: open.index).forEach(output.note) }
    try open.flushIndex()
    try open.close()
    return true
  }
}
