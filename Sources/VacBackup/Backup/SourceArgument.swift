internal import Posix
package import SystemPackage

/// What a command line names to be archived.
package enum SourceArgument: Sendable, Hashable {
  /// A file or directory, which goes into the top directory by its own name.
  case file([UInt8], in: FilePath)
  /// What is in a directory: `/`, `.`, `..` and what ends in `/..`.
  case contents(FilePath)
  /// What standard input gives, as a file of this name in the top directory.
  case standardInput([UInt8])

  /// Takes an argument, cleaned as Plan 9 cleans names: without double slashes, `.` and needless
  /// `..`.
  package init(_ text: [UInt8]) {
    let path = Self.cleaned(text)
    let isContents = ["/", ".", ".."].contains { path.elementsEqual($0.utf8) }
    if isContents || path.suffix(3).elementsEqual("/..".utf8) {
      self = .contents(FilePath(bytes: path))
    } else {
      let slash = path.lastIndex(of: UInt8(ascii: "/"))
      let parent = slash == 0 ? path[...0] : path[..<(slash ?? 0)]
      self = .file(Array(path[(slash.map { $0 + 1 } ?? 0)...]), in: FilePath(bytes: parent))
    }
  }

  /// The path without what means nothing in it; `.` when nothing is left.
  private static func cleaned(_ path: [UInt8]) -> [UInt8] {
    let isAbsolute = path.first == UInt8(ascii: "/")
    let dot = Array(".".utf8)
    let dots = Array("..".utf8)
    var names: [[UInt8]] = []
    for name in path.split(separator: UInt8(ascii: "/")).map(Array.init) where name != dot {
      if name != dots {
        names.append(name)
      } else if let last = names.last, last != dots {
        names.removeLast()
      } else if !isAbsolute {
        names.append(name)
      }
    }
    let joined = Array(names.joined(separator: "/".utf8))
    if isAbsolute { return Array("/".utf8) + joined }
    return joined.isEmpty ? dot : joined
  }
}
