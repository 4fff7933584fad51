public import VentiCore

/// The words in which a server says why a request failed.
///
/// Clients show them to people, and scripts look for them, so they are plan9port's.
extension BlockError {
  private static let readOnlyText = "read only"
  private static let fullPrefix = "no space left in "
  private static let fullText = fullPrefix + "arenas"
  private static let tooLargeText = "lump too large"
  private static let notFoundText = "no block with score "

  /// The error of a block larger than a server stores.
  public static let tooLarge = BlockError.unacceptable(reason: tooLargeText)

  /// What a server answers for this error.
  public var wireText: String {
    switch self {
    case .tooLong(_, _, let count, let limit):
      "read too small: asked for \(limit) need at least \(count)"
    case .readOnly:
      Self.readOnlyText
    case .full(let reason):
      // Of arenas or of the index, which takes another remedy.
      reason.hasPrefix(Self.fullPrefix) ? reason : Self.fullText
    default:
      description
    }
  }

  /// Understands a server's answer to a read of `address`.
  public init(wireText text: String, reading address: BlockAddress, peer: String) {
    if text.hasPrefix(Self.notFoundText) {
      self = .notFound(address.score, address.type)
    } else if let count = Self.neededCount(text), count > address.limit {
      self = .tooLong(address.score, address.type, count: count, limit: address.limit)
    } else {
      self = .refused(peer: peer, reason: "block \(address.score): \(Self.whole(text))")
    }
  }

  /// Understands a server's answer to a write or a sync.
  public init(wireText text: String, storing score: Score?, peer: String) {
    switch text {
    case Self.readOnlyText: self = .readOnly
    case _ where text.hasPrefix(Self.fullPrefix): self = .full(reason: "\(peer): \(text)")
    case Self.tooLargeText: self = .tooLarge
    default:
      let subject = score.map { "block \($0): " } ?? ""
      self = .refused(peer: peer, reason: subject + Self.whole(text))
    }
  }

  /// Quotes a server's answer, whose reason stands at its end.
  private static func whole(_ text: String) -> String {
    quoted(text, limit: WireLimits.textByteCount)
  }

  /// The number at the end of `read too small: asked for 10 need at least 20`.
  private static func neededCount(_ text: String) -> Int? {
    guard text.hasPrefix("read too small"), let number = text.split(separator: " ").last
    else { return nil }
    return Int(number)
  }
}
