/// The mode of a record: permissions and kind, 32 bits.
///
/// | bits | mask | meaning |
/// |---:|---:|---|
/// | 0-8 | 1ff | rwxrwxrwx |
/// | 9 | 200 | sticky |
/// | 10 | 400 | set-uid |
/// | 11 | 800 | set-gid |
/// | 12 | 1000 | append-only |
/// | 13 | 2000 | exclusive use |
/// | 14 | 4000 | symbolic link |
/// | 15 | 8000 | directory |
/// | 16-19 | f0000 | hidden, system, archive, temporary: of MS-DOS |
/// | 20 | 100000 | snapshot |
/// | 21 | 200000 | device |
/// | 22 | 400000 | named pipe |
///
/// Source: vac.h in plan9port.
public struct FileMode: OptionSet, Hashable, Sendable {
  /// The 32 bits.
  public let rawValue: UInt32

  /// Takes the bits as they are.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// Only the owner of a file may remove it from the directory.
  public static let sticky = FileMode(rawValue: 1 << 9)
  /// A program runs as its owner.
  public static let setUser = FileMode(rawValue: 1 << 10)
  /// A program runs as its group.
  public static let setGroup = FileMode(rawValue: 1 << 11)
  /// Writes go to the end.
  public static let appendOnly = FileMode(rawValue: 1 << 12)
  /// One user at a time.
  public static let exclusive = FileMode(rawValue: 1 << 13)
  /// A symbolic link.
  public static let link = FileMode(rawValue: 1 << 14)
  /// A directory.
  public static let directory = FileMode(rawValue: 1 << 15)
  /// A device.
  public static let device = FileMode(rawValue: 1 << 21)
  /// A named pipe.
  public static let pipe = FileMode(rawValue: 1 << 22)

  private static let basicPermissions: UInt32 = 0x1ff
  /// Set-id and sticky bits here and in stat(2): the two have a different order.
  private static let specialPermissions: [(FileMode, UInt16)] = [
    (.sticky, 0o1000), (.setUser, 0o4000), (.setGroup, 0o2000),
  ]

  /// The mode of a file of this kind and these permissions, as stat(2) has them.
  public init(_ kind: FileKind, unixPermissions: UInt16) {
    var mode = FileMode(rawValue: UInt32(unixPermissions) & Self.basicPermissions)
    for (bit, unixBit) in Self.specialPermissions where unixPermissions & unixBit != 0 {
      mode.insert(bit)
    }
    switch kind {
    case .directory: mode.insert(.directory)
    case .link: mode.insert(.link)
    case .device: mode.insert(.device)
    case .pipe: mode.insert(.pipe)
    case .file, .socket: break
    }
    self = mode
  }

  /// The permission bits as stat(2) has them: 0...0o7777.
  public var unixPermissions: UInt16 {
    var bits = UInt16(rawValue & Self.basicPermissions)
    for (bit, unixBit) in Self.specialPermissions where contains(bit) { bits |= unixBit }
    return bits
  }

  /// What the record describes, as far as the mode tells: a socket looks like a file.
  public var kind: FileKind {
    if contains(.directory) { return .directory }
    if contains(.link) { return .link }
    if contains(.device) { return .device }
    return contains(.pipe) ? .pipe : .file
  }
}

/// What a file is.
public enum FileKind: UInt8, Hashable, Sendable, CaseIterable {
  /// A regular file.
  case file
  /// A directory.
  case directory
  /// A symbolic link; its contents are the target.
  case link
  /// A character or block device; `UnixMetadata`, or else its contents, tell which.
  case device
  /// A named pipe.
  case pipe
  /// A socket; only `UnixMetadata` tells it from an empty file.
  case socket
}
