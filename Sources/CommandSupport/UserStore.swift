internal import Posix
package import SystemPackage
internal import VentiCore
internal import VentiStore

/// The store that belongs to the user, for when none is named: `$XDG_DATA_HOME/venti`, else
/// `~/.local/share/venti`.
package struct UserStore: Sendable {
  /// Bytes of its arenas: sparse files, which take room on the disk only as blocks come in.
  private static let arenaByteCount = 32 << 30
  /// Nobody else is to read what is in it.
  private static let permissions: UInt16 = 0o700

  /// Where it is, whether it is there or not; nil without a home directory.
  package let directory: FilePath?

  /// The store of the user whose environment this is.
  package init(variable: (String) -> String? = { Environment[$0] }) {
    // The specification has it that paths which are not absolute are ignored.
    if let data = variable("XDG_DATA_HOME"), FilePath(data).isAbsolute {
      directory = FilePath(data).appending("venti")
    } else if let home = variable("HOME"), FilePath(home).isAbsolute {
      directory = FilePath(home).appending(".local/share/venti")
    } else {
      directory = nil
    }
  }

  /// Whether there is one.
  package var exists: Bool {
    directory.map { FileType(of: $0.appending(StoreConfiguration.fileName)) != nil } ?? false
  }

  /// Makes it, unless it is there.
  ///
  /// - Parameter log: told of it when it is made.
  package func make(log: (String) -> Void) throws(CommandError) {
    guard let directory else {
      throw CommandError("no store: name one with -h, or in $venti; $HOME is not set")
    }
    guard !exists else { return }
    do throws(Errno) {
      for path in directory.ancestors + [directory] where FileType(of: path) == nil {
        try File.createDirectory(path)
        // An archive is as safe as the names that lead to its store.
        try File.synchronizeDirectory(path.removingLastComponent())
      }
      try DirectoryHandle(opening: directory).setPermissions(Self.permissions)
    } catch {
      throw CommandError("store \(quoted(directory.string)): make directory: \(error)")
    }
    do throws(StoreError) {
      try StoreCreator(directory: directory, arenaByteCount: Self.arenaByteCount).create()
    } catch {
      throw CommandError("\(error)")
    }
    log("made a store of your own in \(directory); 'venti grow' adds room to it")
  }
}

extension FilePath {
  /// The directories above, the top one first.
  fileprivate var ancestors: [FilePath] {
    var ancestors: [FilePath] = []
    var path = removingLastComponent()
    while !path.components.isEmpty {
      ancestors.append(path)
      path.removeLastComponent()
    }
    return ancestors.reversed()
  }
}
