internal import Posix
public import SystemPackage
internal import VentiCore
internal import VentiStore
public import VentiWire

/// Where a store is: the one grammar of `-h` and `$venti`, for every command.
///
/// | written | store |
/// |---|---|
/// | a directory, or a path to a configuration | the store of this machine that its `venti.conf` describes |
/// | a path to a partition, as `/dev/sdb:arenas` | the store that the copy of a `venti.conf` in it describes |
/// | a path to a socket, `unix!path` | the server that listens there |
/// | anything else | a server on the network, see `DialString` |
public enum StoreLocation: Sendable, Hashable {
  /// Files of this machine: a directory that holds a `venti.conf`, or a configuration.
  case local(FilePath)
  /// A server.
  case server(DialString)

  /// Parses a location.
  ///
  /// What exists as a file, or looks like a path, is one: so a server called as a directory
  /// of the working directory is reached as `tcp!name`.
  public init(_ text: String) throws(CommandError) {
    let path = FilePath(text)
    switch FileType(of: path) {
    case .socket: self = .server(.unix(path: text))
    case .directory, .other: self = .local(path)
    case nil where Self.isPartOfFile(text): self = .local(path)
    case nil where text.contains("/") && !text.contains("!"):
      throw CommandError(
        "store \(quoted(text)): no such file or directory; 'venti init' makes a store")
    case nil:
      do throws(FormatError) {
        self = .server(try DialString(text))
      } catch {
        throw CommandError("store \(quoted(text)): \(error)")
      }
    }
  }

  /// Whether a text names a partition of a file or disk that is there, which may hold a configuration.
  private static func isPartOfFile(_ text: String) -> Bool {
    guard text.contains("/"), let name = try? PartitionName(text), name.part != .whole else {
      return false
    }
    return FileType(of: FilePath(name.path)) == .other
  }

  /// The store that a command works with: what its option says, else the variable `$venti`, else
  /// the user's own, if there is one.
  public init(option: String?, variable: String?) throws(CommandError) {
    try self.init(option: option, variable: variable, own: UserStore())
  }

  package init(
    option: String?, variable: String?, own: UserStore
  ) throws(CommandError) {
    if let option {
      try self.init(option)
    } else if let variable {
      guard !variable.isEmpty else {
        throw CommandError("$venti is empty: name a store, or unset it")
      }
      try self.init(variable)
    } else {
      guard let directory = own.directory, own.exists else {
        throw CommandError(
          "no store: name one with -h, or in $venti; 'vac' makes one of your own when it first "
            + "archives something without either")
      }
      self = .local(directory)
    }
  }
}

extension StoreLocation {
  /// Whether the store is below a directory, or in it, wherever links lead.
  public func isInside(_ directory: String) -> Bool {
    guard case .local(let store) = self, let store = try? store.real(),
      let directory = try? FilePath(directory).real()
    else { return false }
    return store.starts(with: directory)
  }
}

extension StoreLocation: CustomStringConvertible {
  /// The text that parses to the same location.
  public var description: String {
    switch self {
    case .local(let path): path.string
    case .server(let dial): dial.description
    }
  }
}
