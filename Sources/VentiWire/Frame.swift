public import VentiCore

/// A message ready to be sent: what stands before the block, and the block that it carries.
///
/// They are kept apart so that a block's bytes are copied once, into the socket's buffer.
public struct Frame: Sendable {
  /// Length, type, tag and fields.
  public let head: [UInt8]
  /// The block of a write, or of the reply to a read; else empty.
  public let data: Block

  /// Bytes in all.
  public var count: Int { head.count + data.count }

  /// No bytes: written after others, it tells when they are gone.
  public static let empty = Frame(head: [])

  private init(head: [UInt8]) {
    self.head = head
    data = .empty
  }

  /// Puts the length before a message.
  init(
    _ version: ProtocolVersion, type: UInt8, tag: UInt8, fields: ByteWriter = ByteWriter(),
    data: Block = .empty
  ) throws(WireError) {
    var writer = ByteWriter(capacity: version.lengthByteCount + 2 + fields.bytes.count)
    try version.writeLength(2 + fields.bytes.count + data.count, to: &writer)
    writer.uint8(type)
    writer.uint8(tag)
    writer.raw(fields.bytes)
    head = writer.bytes
    self.data = data
  }
}
