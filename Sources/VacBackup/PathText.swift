/// Paths of an archive, as text for people.
///
/// A path can be any bytes but NUL: what is not UTF-8, and what would move a terminal's cursor,
/// is shown by other characters.
package enum PathText {
  /// The path in quotes, on one line.
  package static func quoted(_ path: [UInt8]) -> String {
    "'" + String(decoding: path, as: UTF8.self).debugDescription.dropFirst().dropLast() + "'"
  }

  /// The path with a question mark for each control character, as ls shows it on a terminal.
  package static func printable(_ path: [UInt8]) -> [UInt8] {
    let delete: UInt8 = 0x7f
    return path.map { $0 < 0x20 || $0 == delete ? UInt8(ascii: "?") : $0 }
  }
}
