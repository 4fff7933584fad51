public import VentiCore

/// A clump as it was read: its header, and the bytes after it, which may be compressed.
public struct StoredClump: Sendable {
  /// What stands before the bytes.
  public let header: ClumpHeader
  /// The stored bytes, over the memory that they were read into.
  public let bytes: Block

  /// The block, not checked against its score; a plain one shares the memory of `bytes`.
  public func block() throws(FormatError) -> Block {
    switch header.encoding {
    case .plain: bytes
    case .whack: try Whack.decode(bytes.bytes, count: header.info.size)
    }
  }
}
