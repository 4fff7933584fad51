import ArgumentParser
import CommandSupport
import Fuse
import Posix
import VacArchive
import VacFileSystem
import VentiClient
import VentiCore

/// What the command line asks for: an archive of a store, on a directory.
struct ArchiveMount {
  private let command: Vacfs
  private let archive: ArchiveScore
  private let location: StoreLocation
  private let options: MountOptionList

  /// Reads all that can be wrong with the arguments.
  init(_ command: Vacfs) throws {
    self.command = command
    archive = try ArchiveScore(argument: command.archive)
    var options = MountOptionList(source: archive.description)
    for list in command.options { try options.apply(list) }
    try options.checkPermissions(unless: command.checksNoPermissions)
    if let store = options.store, let other = command.connection.store.name {
      throw MountOptionError.notApplicable("store=\(store)", reason: "-h names '\(other)'")
    }
    location = try command.connection.store.location(or: options.store)
    self.options = options
    guard !location.isInside(command.mountpoint) else {
      throw CommandError(
        "mountpoint \(command.mountpoint.debugDescription): the store is in it, and nobody would find it behind "
          + "the mount; mount at another place")
    }
  }

  /// Starts the mount in another process, and returns once it answers.
  func runInBackground() throws {
    switch try Background.launchCopy() {
    case .ready: return
    case .ended(let status): throw ExitCode(status == 0 ? 1 : status)
    }
  }

  /// Mounts, and serves until the mount is gone.
  func run() throws {
    let log = CommandLog(name: "vacfs")
    let opened = try OpenStore(
      at: location, options: command.connection.client { log.debug($0) }, log: { log.error($0) })
    let cacheBytes = command.cacheSize.bytes
    let cache = BlockCache(over: opened.source, capacityBytes: cacheBytes)
    let archive = try Archive(opening: archive, in: cache)
    if let fault = archive.topFault { log.error("top directory: \(fault)") }
    let fileSystem = ArchiveFileSystem(
      archive, cache: cache, cacheBytes: cacheBytes, options: fileSystemOptions(opened, log))
    let session = try Session(
      mounting: fileSystem, at: command.mountpoint, options: sessionOptions(log))
    if Background.isCopy { Background.leaveSession() }
    try session.run {
      guard Background.isCopy else { return }
      log.moveToSystemLog()
      Background.reportReady()
    }
  }

  private func fileSystemOptions(_ store: OpenStore, _ log: CommandLog) -> ArchiveFileSystem.Options
  {
    var options = ArchiveFileSystem.Options()
    options.owner = self.options.owner
    options.group = self.options.group
    options.readsPromptly = store.isLocal
    options.showsExtendedAttributes = command.showsExtendedAttributes
    options.storeByteCount = store.byteCount
    options.log = { log.error($0) }
    return options
  }

  private func sessionOptions(_ log: CommandLog) -> SessionOptions {
    var options = SessionOptions(mount: self.options.mount)
    options.patienceSeconds = command.connection.timeout * 2
    if command.tracesFuse { options.trace = { log.debug($0) } }
    options.log = { log.error($0) }
    return options
  }
}
