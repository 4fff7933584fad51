public import VentiCore

/// What a client asks.
///
/// | type | request | fields after type and tag |
/// |---:|---|---|
/// | 2 | `ping` | |
/// | 4 | `hello` | version[s] user[s] strength[1] crypto[n] codec[n] |
/// | 6 | `goodbye` | |
/// | 12 | `read` | score[20] type[1] pad[1] count[2], or count[4] |
/// | 14 | `write` | type[1] pad[3] data |
/// | 16 | `sync` | |
///
/// Source: venti(7). Padding is sent as zeros and ignored.
public enum Request: Sendable, Equatable {
  /// Is anybody there?
  case ping
  /// The first request on a connection, with the version that both sides speak.
  case hello(Hello)
  /// The client wants no more replies.
  case goodbye
  /// The block of that score and type, of at most `limit` bytes, please.
  case read(BlockAddress)
  /// Store this block.
  case write(Block, BlockType)
  /// Answer once every earlier write is on stable storage.
  case sync

  /// What a client says of itself.
  ///
  /// Servers go by nothing but `version`.
  public struct Hello: Sendable, Equatable {
    /// The version agreed on: `04` or `02`.
    public var version: String
    /// Who asks.
    public var user: String
    /// Strength of encryption that is wanted; 0, there is none.
    public var strength: UInt8
    /// Ciphers that the client knows, none.
    public var crypto: [UInt8]
    /// Compressions that the client knows, none.
    public var codec: [UInt8]

    /// The greeting of a client that wants nothing special.
    ///
    /// - Precondition: `crypto` and `codec` have at most 255 bytes.
    public init(
      version: String, user: String = "anonymous", strength: UInt8 = 0, crypto: [UInt8] = [],
      codec: [UInt8] = []
    ) {
      precondition(max(crypto.count, codec.count) <= Int(UInt8.max))
      self.version = version
      self.user = user
      self.strength = strength
      self.crypto = crypto
      self.codec = codec
    }
  }
}

extension Request {
  /// Reads the body of a message: a request and its tag.
  ///
  /// - Throws: `WireError`, with the tag in it where the body has one.
  public static func parse(_ body: RawSpan) throws(WireError) -> (tag: UInt8, request: Request) {
    var reader = try MessageReader(body)
    let request: Request
    switch reader.type {
    case 2: request = .ping
    case 4: request = .hello(try Hello(parsing: &reader))
    case 6: request = .goodbye
    case 12: request = .read(try readRequest(&reader))
    case 14: request = try writeRequest(&reader)
    case 16: request = .sync
    default: throw .unknownType(reader.type, tag: reader.tag)
    }
    try reader.end()
    return (reader.tag, request)
  }

  @_lifetime(reader: copy reader)
  private static func readRequest(_ reader: inout MessageReader) throws(WireError) -> BlockAddress {
    let score = try reader.score()
    let type = try reader.blockType()
    try reader.skip(1)
    // The count takes what is left: two bytes, or four. `end` finds a third.
    let limit = try reader.remaining < 4 ? Int(reader.uint16()) : Int(reader.uint32())
    return BlockAddress(score, type, limit: limit)
  }

  @_lifetime(reader: copy reader)
  private static func writeRequest(_ reader: inout MessageReader) throws(WireError) -> Request {
    let type = try reader.blockType()
    try reader.skip(3)
    return .write(try reader.data(), type)
  }

  /// The bytes of the request under `tag`, framed.
  ///
  /// - Throws: `WireError.tooLong` for a block that `version` cannot carry.
  public func frame(tag: UInt8, _ version: ProtocolVersion) throws(WireError) -> Frame {
    var fields = ByteWriter(capacity: 26)
    var data = Block.empty
    switch self {
    case .ping, .goodbye, .sync:
      break
    case .hello(let hello):
      hello.write(to: &fields)
    case .read(let address):
      fields.score(address.score)
      fields.uint8(address.type.wireValue)
      fields.uint8(0)
      if let count = UInt16(exactly: address.limit) {
        fields.uint16(count)
      } else {
        fields.uint32(UInt32(clamping: address.limit))
      }
    case .write(let block, let type):
      fields.uint8(type.wireValue)
      fields.pad(to: 4)
      data = block
    }
    return try Frame(version, type: typeNumber, tag: tag, fields: fields, data: data)
  }

  private var typeNumber: UInt8 {
    switch self {
    case .ping: 2
    case .hello: 4
    case .goodbye: 6
    case .read: 12
    case .write: 14
    case .sync: 16
    }
  }
}

extension Request.Hello {
  @_lifetime(reader: copy reader)
  init(parsing reader: inout MessageReader) throws(WireError) {
    version = try reader.text()
    user = try reader.text()
    strength = try reader.uint8()
    crypto = try reader.blob()
    codec = try reader.blob()
  }

  func write(to writer: inout ByteWriter) {
    writer.text(version)
    writer.text(user)
    writer.uint8(strength)
    writer.blob(crypto)
    writer.blob(codec)
  }
}

extension Request: CustomStringConvertible {
  /// The request as a log shows it.
  public var description: String {
    switch self {
    case .ping: "Tping"
    case .hello(let hello): "Thello version \(hello.version)"
    case .goodbye: "Tgoodbye"
    case .read(let address):
      "Tread \(address.score) type \(address.type) count \(address.limit)"
    case .write(let block, let type): "Twrite type \(type) count \(block.count)"
    case .sync: "Tsync"
    }
  }
}
