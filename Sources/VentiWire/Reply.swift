public import VentiCore

/// What a server answers.
///
/// | type | reply | fields after type and tag |
/// |---:|---|---|
/// | 1 | `error` | text[s] |
/// | 3 | `pong` | |
/// | 5 | `welcome` | server[s] crypto[1] codec[1] |
/// | 13 | `block` | data |
/// | 15 | `stored` | score[20] |
/// | 17 | `synced` | |
///
/// Source: venti(7).
public enum Reply: Sendable, Equatable {
  /// The request failed; the connection goes on.
  case error(String)
  /// The answer to `ping`.
  case pong
  /// The answer to `hello`.
  case welcome(Welcome)
  /// The answer to `read`.
  case block(Block)
  /// The answer to `write`.
  case stored(Score)
  /// The answer to `sync`.
  case synced

  /// What a server says of itself.
  ///
  /// Clients go by none of it.
  public struct Welcome: Sendable, Equatable {
    /// Who answers.
    public var server: String
    /// The cipher chosen, 0.
    public var crypto: UInt8
    /// The compression chosen, 0.
    public var codec: UInt8

    /// The greeting of a server that does nothing special.
    public init(server: String = "anonymous", crypto: UInt8 = 0, codec: UInt8 = 0) {
      self.server = server
      self.crypto = crypto
      self.codec = codec
    }
  }
}

extension Reply {
  /// Reads the body of a message: a reply and its tag.
  ///
  /// - Throws: `WireError`, with the tag in it where the body has one.
  public static func parse(_ body: RawSpan) throws(WireError) -> (tag: UInt8, reply: Reply) {
    var reader = try MessageReader(body)
    let reply: Reply
    switch reader.type {
    case 1: reply = .error(try reader.text())
    case 3: reply = .pong
    case 5: reply = .welcome(try Welcome(parsing: &reader))
    case 13: reply = .block(try reader.data())
    case 15: reply = .stored(try reader.score())
    case 17: reply = .synced
    default:
      throw reader.invalid(back: 2, found: "type \(reader.type)", expected: "a reply")
    }
    try reader.end()
    return (reader.tag, reply)
  }

  /// The bytes of the reply under `tag`, framed.
  ///
  /// An error text is cut to what a message can hold, and what would harm a client is taken out
  /// of it: plan9port's uses it as a format.
  ///
  /// - Throws: `WireError.tooLong` for a block that `version` cannot carry.
  public func frame(tag: UInt8, _ version: ProtocolVersion) throws(WireError) -> Frame {
    var fields = ByteWriter(capacity: 20)
    var data = Block.empty
    switch self {
    case .pong, .synced:
      break
    case .error(let text):
      fields.text(Self.harmless(text))
    case .welcome(let welcome):
      fields.text(welcome.server)
      fields.uint8(welcome.crypto)
      fields.uint8(welcome.codec)
    case .block(let block):
      data = block
    case .stored(let score):
      fields.score(score)
    }
    return try Frame(version, type: typeNumber, tag: tag, fields: fields, data: data)
  }

  /// The text with its percent signs and NULs, whatever they are joined to, made question marks.
  private static func harmless(_ text: String) -> String {
    let bytes = text.utf8.map { $0 == UInt8(ascii: "%") || $0 == 0 ? UInt8(ascii: "?") : $0 }
    return String(decoding: bytes, as: UTF8.self)
  }

  private var typeNumber: UInt8 {
    switch self {
    case .error: 1
    case .pong: 3
    case .welcome: 5
    case .block: 13
    case .stored: 15
    case .synced: 17
    }
  }
}

extension Reply.Welcome {
  @_lifetime(reader: copy reader)
  init(parsing reader: inout MessageReader) throws(WireError) {
    server = try reader.text()
    crypto = try reader.uint8()
    codec = try reader.uint8()
  }
}

extension Reply: CustomStringConvertible {
  /// The reply as a log shows it.
  public var description: String {
    switch self {
    case .error(let text): "Rerror \(quoted(text))"
    case .pong: "Rping"
    case .welcome: "Rhello"
    case .block(let block): "Rread count \(block.count)"
    case .stored(let score): "Rwrite \(score)"
    case .synced: "Rsync"
    }
  }
}
