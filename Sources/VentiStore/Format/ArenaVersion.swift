internal import VentiCore

/// The two forms of arenas: they differ in the magic number of clumps.
public enum ArenaVersion: UInt32, Sendable {
  /// All arenas of the world have the same magic number on their clumps.
  case four = 4
  /// Each arena has a random one, so that clumps of an earlier life are not taken for its own.
  case five = 5

  /// The magic number of clumps in every arena of version 4.
  public static let sharedClumpMagic: UInt32 = 0xd15c_b10c

  /// Whether an arena of this version may have `magic` on its clumps.
  public func allows(clumpMagic magic: UInt32) -> Bool {
    switch self {
    case .four: magic == Self.sharedClumpMagic
    case .five: magic != 0 && magic != Self.sharedClumpMagic
    }
  }
}

extension ByteReader {
  @_lifetime(self: copy self)
  mutating func arenaVersion() throws(FormatError) -> ArenaVersion {
    let found = try uint32()
    guard let version = ArenaVersion(rawValue: found) else {
      throw invalid(back: 4, found: "version \(found)", expected: "4 or 5")
    }
    return version
  }

  /// Reads the magic number of clumps where the version has one.
  @_lifetime(self: copy self)
  mutating func clumpMagic(of version: ArenaVersion) throws(FormatError) -> UInt32 {
    guard version == .five else { return ArenaVersion.sharedClumpMagic }
    let magic = try uint32()
    guard version.allows(clumpMagic: magic) else {
      throw invalid(
        back: 4, found: "clump magic \(hexadecimal(magic))",
        expected: "neither 0 nor \(hexadecimal(ArenaVersion.sharedClumpMagic))")
    }
    return magic
  }
}
