internal import Posix
package import SystemPackage

/// This process's mounts, as `/proc/self/mountinfo` lists them (proc(5)).
///
/// Reading it asks no file system anything, so that a server may look for its own mount.
package struct MountTable {
  private let lines: [ArraySlice<UInt8>]

  /// The table as it is now.
  package static func current() throws(Errno) -> MountTable {
    MountTable(try SmallFile.read("/proc/self/mountinfo"))
  }

  /// Takes the text of a table.
  package init(_ text: [UInt8]) {
    lines = text.split(separator: UInt8(ascii: "\n"))
  }

  /// The device (`major:minor`) of the uppermost mount at `path`, nil when nothing is mounted.
  package func device(at path: String) -> String? {
    fields(at: path).map { String(decoding: $0[2], as: UTF8.self) }
  }

  /// What that mount forbids or leaves out, such as `nosuid`.
  package func options(at path: String) -> [String] {
    let words = fields(at: path)?[5].split(separator: UInt8(ascii: ",")) ?? []
    return words.map { String(decoding: $0, as: UTF8.self) }
  }

  /// The fields of the uppermost mount at `path`, the seventh with all that follows.
  private func fields(at path: String) -> [ArraySlice<UInt8>]? {
    let path = Array(path.utf8)
    for line in lines.reversed() {
      let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 6)
      if fields.count == 7, unescaped(fields[4]) == path { return fields }
    }
    return nil
  }

  /// Undoes the octal escapes of blank, tab, newline and backslash.
  private func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = field
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return bytes
  }
}
