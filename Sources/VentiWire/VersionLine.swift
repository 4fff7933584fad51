import VentiCore

/// The line of text that each side of a connection sends first: `venti-04:02-comment`.
///
/// Each side walks the other's list in the other's order and takes the first version that it
/// knows, so that both arrive at the same one when their lists have one order.
public enum VersionLine {
  /// The line that we send, line feed included.
  public static let ours = Array("venti-04:02-vacfs\n".utf8)

  private static let prefix = Array("venti-".utf8)

  /// Finds the line at the start of `bytes`.
  ///
  /// - Returns: the bytes of the line without its line feed, or nil while none has come.
  /// - Throws: `WireError.notVenti` as soon as it cannot become a version line any more.
  public static func count(in bytes: RawSpan) throws(WireError) -> Int? {
    var reader = ByteReader(bytes, of: "version line")
    var line: [UInt8] = []
    while reader.remaining > 0, line.count <= WireLimits.versionLineByteCount {
      let byte = try next(&reader)
      if byte == UInt8(ascii: "\n") {
        guard line.count >= prefix.count else { throw notVenti(line) }
        return line.count
      }
      line.append(byte)
      guard (0x20...0x7f).contains(byte),
        line.count > prefix.count || byte == prefix[line.count - 1]
      else { throw notVenti(line) }
    }
    guard line.count <= WireLimits.versionLineByteCount else { throw notVenti(line) }
    return nil
  }

  /// Picks the version to speak with a peer that sent `line`, which has no line feed.
  ///
  /// The comment is scanned like the list, as plan9port does: `venti-99-04` means 04.
  public static func negotiate(_ line: RawSpan) throws(WireError) -> ProtocolVersion {
    let text = String(decoding: Block(copying: line).array, as: UTF8.self)
    for token in text.dropFirst(prefix.count).split(whereSeparator: { $0 == ":" || $0 == "-" }) {
      if let version = ProtocolVersion(rawValue: String(token)) { return version }
    }
    throw .noCommonVersion(offered: quoted(text))
  }

  @_lifetime(reader: copy reader)
  private static func next(_ reader: inout ByteReader) throws(WireError) -> UInt8 {
    do throws(FormatError) { return try reader.uint8() } catch { throw .malformed(error, tag: nil) }
  }

  private static func notVenti(_ line: [UInt8]) -> WireError {
    .notVenti(found: quoted(String(decoding: line, as: UTF8.self)))
  }
}
