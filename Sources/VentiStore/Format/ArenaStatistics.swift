internal import VentiCore

/// What an arena holds, up to some clump.
public struct ArenaStatistics: Equatable, Sendable {
  /// Clumps.
  public var clumpCount: Int
  /// Clumps that are stored in fewer bytes than their blocks have.
  public var compressedClumpCount: Int
  /// Bytes of the data area that the clumps take, headers included ("used").
  public var usedByteCount: Int
  /// Bytes of the clumps' blocks ("uncsize").
  public var blockByteCount: Int
  /// Whether the arena takes no more clumps.
  public var isSealed: Bool

  /// The statistics of an arena without clumps.
  public static let empty = ArenaStatistics(
    clumpCount: 0, compressedClumpCount: 0, usedByteCount: 0, blockByteCount: 0, isSealed: false)

  /// Sets all fields.
  public init(
    clumpCount: Int, compressedClumpCount: Int, usedByteCount: Int, blockByteCount: Int,
    isSealed: Bool
  ) {
    self.clumpCount = clumpCount
    self.compressedClumpCount = compressedClumpCount
    self.usedByteCount = usedByteCount
    self.blockByteCount = blockByteCount
    self.isSealed = isSealed
  }

  /// Whether a clump is among those that are counted, be it by their number or by their bytes.
  ///
  /// The two agree unless the tail is damaged; then no clump is to be lost for that.
  package func count(_ clump: Clump) -> Bool {
    clump.position.number < clumpCount || clump.position.offset < usedByteCount
  }
}

extension ByteReader {
  /// Reads the sizes and the seal, which follow the counts of clumps directly or later.
  @_lifetime(self: copy self)
  mutating func sizesAndSeal(
    clumpCount: Int, compressedClumpCount: Int
  ) throws(FormatError) -> ArenaStatistics {
    let used = try size64()
    let blockBytes = try size64()
    let seal = try uint8()
    guard seal <= 1 else { throw invalid(back: 1, found: "seal \(seal)", expected: "0 or 1") }
    return ArenaStatistics(
      clumpCount: clumpCount, compressedClumpCount: compressedClumpCount, usedByteCount: used,
      blockByteCount: blockBytes, isSealed: seal == 1)
  }
}

extension ByteWriter {
  /// Appends the sizes and the seal.
  mutating func sizesAndSeal(_ statistics: ArenaStatistics) {
    uint64(UInt64(statistics.usedByteCount))
    uint64(UInt64(statistics.blockByteCount))
    uint8(statistics.isSealed ? 1 : 0)
  }
}
