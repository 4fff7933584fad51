internal import Posix
internal import SystemPackage
internal import VentiCore

/// The file by which a directory says that what is in it can be made again: see
/// <https://bford.info/cachedir/>.
enum CacheTag {
  static let name = Array("CACHEDIR.TAG".utf8)
  private static let signature = Array("Signature: 8a477f597d28d172789f06886806bc55".utf8)

  /// Whether the file of this name in a directory begins as it must.
  static func isGenuine(in directory: DirectoryHandle) -> Bool {
    guard let file = try? directory.fileToArchive(name),
      (try? file.status())?.kind == .file,
      let start = try? Block(
        capacity: signature.count,
        fill: { output throws(Errno) in
          try file.read(signature.count, at: 0, into: &output)
        })
    else { return false }
    return start.array == signature
  }
}
