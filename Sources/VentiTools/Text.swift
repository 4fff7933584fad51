internal import Posix

/// How numbers and times stand in the output of plan9port's tools.
package enum Text {
  /// A number with a comma before every three digits: `1,234`.
  static func grouped(_ number: Int) -> String {
    var text = ""
    let digits = String(number.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return number < 0 ? "-" + text : text
  }

  /// A number of things: `1 arena`, `1,234 arenas`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A text with blanks before it, up to a width.
  static func padded(_ value: some CustomStringConvertible, to width: Int) -> String {
    let text = value.description
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// Now, as messages begin: `2026/1122 11:32:42`.
  package static var stamp: String {
    LocalDate.text(of: Int(WallClock.seconds), "%Y/%m%d %H:%M:%S") ?? "-"
  }

  /// A moment as Plan 9's ctime has it: `Sun Nov 22 11:19:51 GMT 2026`.
  static func date(_ seconds: UInt32) -> String {
    guard
      let start = LocalDate.text(of: Int(seconds), "%a %b %e %H:%M:%S"),
      let zone = LocalDate.text(of: Int(seconds), "%Z"),
      let year = LocalDate.text(of: Int(seconds), "%Y")
    else { return "-" }
    return "\(start) \(zone == "UTC" ? "GMT" : zone) \(year)"
  }

  /// A number of bytes for people: `512 MiB`.
  package static func size(_ byteCount: Int) -> String {
    let units: [(name: String, shift: Int)] = [
      ("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10),
    ]
    guard let unit = units.first(where: { byteCount >= 1 << $0.shift }) else {
      return "\(byteCount) bytes"
    }
    let tenths = (byteCount * 10) >> unit.shift
    let fraction = tenths < 100 && tenths % 10 != 0 ? ".\(tenths % 10)" : ""
    return "\(tenths / 10)\(fraction) \(unit.name)"
  }
}
