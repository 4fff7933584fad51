internal import Posix
package import VacArchive
package import VentiCore

/// Lists files as JSON, one object a file.
///
/// | member | what |
/// |---|---|
/// | `path` | the path; what is not UTF-8 in it is replaced |
/// | `path_hex` | the path's bytes, where `path` is not exact |
/// | `type` | `file`, `directory`, `link`, `character device`, `block device`, `pipe`, `socket` |
/// | `mode` | permissions in octal |
/// | `user`, `group` | the names of the owners |
/// | `uid`, `gid` | their numbers, where they are recorded |
/// | `size` | bytes; not of directories |
/// | `mtime`, `mtime_ns` | seconds since 1970, and nanoseconds |
/// | `links` | names that the file has, where more than one |
/// | `number` | the file's number: equal for the names of one file |
/// | `target`, `target_hex` | where a link points, in the way of the path |
/// | `major`, `minor` | the numbers of a device |
/// | `score` | the top of the tree that holds the contents |
/// | `error` | what of all this could not be read, and why |
package struct JSONListing {
  private let source: any BlockSource

  /// - Parameter source: where targets of links, and numbers of devices, are read.
  package init(from source: any BlockSource) {
    self.source = source
  }

  /// One file's object.
  ///
  /// - Parameter write: takes the object, in pieces.
  /// - Returns: what could not be read for it.
  package func write<Failure: Error>(
    _ item: Item, at path: WalkPath, _ write: ([UInt8]) throws(Failure) -> Void
  ) throws(ReadOrWriteError<Failure>) -> RestoreError? {
    var object = JSONObject()
    let problem = describe(item, in: &object)
    try writePath(path, write)
    try writing { () throws(Failure) in try write(Array(object.rest.utf8)) }
    return problem
  }

  private func writePath<Failure: Error>(
    _ path: WalkPath, _ write: ([UInt8]) throws(Failure) -> Void
  ) throws(ReadOrWriteError<Failure>) {
    var isExact = true
    try writing { () throws(Failure) in try write(Array(#"{"path": ""#.utf8)) }
    try path.forEachPiece { (piece) throws(Failure) in
      if String(validating: piece, as: UTF8.self) == nil { isExact = false }
      try write(Array(JSONObject.escaped(String(decoding: piece, as: UTF8.self)).utf8))
    }
    if !isExact {
      try writing { () throws(Failure) in try write(Array(#"", "path_hex": ""#.utf8)) }
      try path.forEachPiece { (piece) throws(Failure) in
        try write(Array(JSONObject.hexadecimal(piece).utf8))
      }
    }
    try writing { () throws(Failure) in try write([UInt8(ascii: "\"")]) }
  }

  /// Adds everything but the path.
  ///
  /// - Returns: what could not be read.
  private func describe(_ item: Item, in object: inout JSONObject) -> RestoreError? {
    var problem = item.damage
    do throws(RestoreError) {
      try addKind(of: item, to: &object)
    } catch {
      problem = error
    }
    object.add("mode", String(item.permissions, radix: 8))
    object.add("user", bytes: item.owner)
    object.add("group", bytes: item.group)
    if let owner = item.unix?.owner {
      object.add("uid", Int(owner.user))
      object.add("gid", Int(owner.group))
    }
    if item.kind != .directory { object.add("size", item.size) }
    object.add("mtime", Int(item.modified.seconds))
    object.add("mtime_ns", Int(item.modified.nanoseconds))
    if item.linkCount > 1 { object.add("links", item.linkCount) }
    object.add("number", unsigned: item.number)
    if case .stream(let entry) = item.contents { object.add("score", "\(entry.score)") }
    if let problem { object.add("error", "\(problem)") }
    return problem
  }

  private func addKind(of item: Item, to object: inout JSONObject) throws(RestoreError) {
    switch item.kind {
    case .file: object.add("type", "file")
    case .directory: object.add("type", "directory")
    case .pipe: object.add("type", "pipe")
    case .socket: object.add("type", "socket")
    case .link:
      object.add("type", "link")
      let entry = try item.stream
      object.add(
        "target",
        bytes: try reading { () throws(ArchiveError) in try entry.linkTarget(in: source) })
    case .device:
      let device = try item.deviceNumber(in: source)
      object.add("type", device.isBlock ? "block device" : "character device")
      object.add("major", Int(device.major))
      object.add("minor", Int(device.minor))
    }
  }
}
