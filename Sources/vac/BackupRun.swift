import CommandSupport
import Posix
import SystemPackage
import VacArchive
import VacBackup
import VentiCore

/// One run of the command.
struct BackupRun {
  private let command: Vac
  private let previous: PreviousArchive
  private let source: BackupSource
  private let store: WritableStore

  init(_ command: Vac) throws {
    self.command = command
    let options = try Self.options(command)
    let arguments = try Self.arguments(command)
    if let name = command.archive.file ?? command.archive.days {
      do throws(Errno) {
        try File.checkMayPut(at: name.path)
      } catch {
        throw CommandError("write \(PathText.quoted(name.bytes)): \(error)")
      }
    }
    previous = try PreviousArchive(command.archive)
    try Self.makeUserStore(command.connection)
    source = BackupSource(arguments, options)
    store = try Self.open(command.connection)
  }

  private static func options(_ command: Vac) throws -> BackupOptions {
    var options = BackupOptions(
      layout: try command.archive.layout, threadCount: max(4, 2 * Machine.processorCount))
    options.patterns = try command.selection.patterns()
    options.isClassic = command.archive.classic
    options.skipsUnchanged = command.archive.isQuick
    options.staysOnFileSystem = command.selection.oneFileSystem
    options.excludesCaches = command.selection.excludeCaches
    options.mergesArchives = command.archive.merges
    options.storesAttributes = command.archive.storesAttributes
    options.storesAccessTimes = command.archive.storesAccessTimes
    return options
  }

  private static func arguments(_ command: Vac) throws -> ArgumentList {
    let input = command.archive.standardInputName.map { SourceArgument.standardInput($0.bytes) }
    var arguments = ArgumentList(
      (input.map { [$0] } ?? []) + command.files.map { SourceArgument($0.bytes) })
    try command.selection.addListed(to: &arguments)
    return arguments
  }

  /// Makes the user's own store where none is named.
  ///
  /// Before the walk begins, which may meet it.
  private static func makeUserStore(_ options: StoreOptions<BackingUp>) throws(CommandError) {
    guard options.store.name == nil, Environment["venti"] == nil else { return }
    try UserStore().make { StandardError.print("vac: \($0)") }
  }

  private static func open(
    _ options: StoreOptions<BackingUp>
  ) throws(CommandError) -> WritableStore {
    let notice = { @Sendable (line: String) in StandardError.print("vac: \(line)") }
    return try WritableStore(
      at: options.store.location(), options: options.client(log: notice), notice: notice)
  }

  /// - Returns: whether everything is in the archive as it is in the file system.
  func perform() throws -> Bool {
    ProcessMemory.keepFreed()
    let current = Monitor<Backup?>(nil)
    let report = Report(command.output) { current.withLock { $0?.counters } }
    defer { report.end() }
    let days = try previous.days(in: store, report)
    let backup = Backup(
      source, to: store.blocks, leavingOut: store.changingFiles,
      previous: previous.compared(in: store, report), days: days,
      observer: report.observer)
    current.withLock { $0 = backup }
    report.countBytes(of: backup)
    let watch = try TerminationWatch { _ in backup.cancel() }
    let score = try withExtendedLifetime(watch) { try archive(backup) }
    try publish(score, report)
    try close()
    report.printSummary()
    return backup.counters.problems.count == 0
  }

  private func archive(_ backup: Backup) throws -> ArchiveScore {
    do throws(BackupProblem) {
      return try backup.run()
    } catch {
      guard case .archive(.block(let failure)) = error.error,
        let advice = store.advice(for: failure)
      else { throw error }
      throw CommandError("\(error): \(advice)")
    }
  }

  /// Tells the score, now that the store has the archive for good.
  private func publish(_ score: ArchiveScore, _ report: Report) throws {
    guard let name = command.archive.file ?? command.archive.days else {
      return try report.printScore(score)
    }
    do throws(Errno) {
      try File.put("\(score)\n", at: name.path)
    } catch {
      throw CommandError("write \(PathText.quoted(name.bytes)): \(error); the archive is \(score)")
    }
    if command.output.printsJSON { try report.printScore(score) }
  }

  private func close() throws {
    do throws(BlockError) {
      try store.close()
    } catch {
      throw CommandError("\(error)")
    }
  }
}
