/// What one file of a tree looks like: a line of a manifest.
public struct ManifestRow: Codable, Hashable, Sendable {
  /// The path below the top of the tree; a byte that is not UTF-8 stands as `\xNN`.
  public var path: String
  /// `f` file, `d` directory, `l` link, `p` fifo, `c` and `b` devices, `s` socket.
  public var type: String
  /// Three octal digits of permissions; links have none.
  public var mode: String?
  /// Bytes in the file.
  public var size: Int64?
  /// Seconds since 1970; files and directories only.
  public var mtime: Int64?
  /// The owner's number.
  public var uid: UInt32?
  /// The group's number.
  public var gid: UInt32?
  /// The SHA-256 of the contents, in hexadecimal.
  public var sha256: String?
  /// Where a link points.
  public var target: String?
  /// Major and minor device number.
  public var rdev: [UInt32]?
  /// Why the file could not be read.
  public var error: String?
  /// Bytes that could be read, where they are not as many as `size`.
  public var read: Int64?

  /// Describes a file by what matters to the caller.
  public init(
    path: String, type: String, mode: String? = nil, size: Int64? = nil, mtime: Int64? = nil,
    uid: UInt32? = nil, gid: UInt32? = nil, sha256: String? = nil
  ) {
    self.path = path
    self.type = type
    self.mode = mode
    self.size = size
    self.mtime = mtime
    self.uid = uid
    self.gid = gid
    self.sha256 = sha256
  }
}

extension ManifestRow {
  /// Where this row is not as `expected`, as `mode 644, expected 600`; nil when it is.
  func difference(expected: ManifestRow) -> String? {
    let found = fields
    let wanted = expected.fields
    let differences = zip(found, wanted).compactMap { found, wanted in
      // As bytes: strings that differ only in composition are equal.
      found.value.map { Array($0.utf8) } == wanted.value.map { Array($0.utf8) }
        ? nil
        : "\(found.name) \(found.value ?? "missing"), expected \(wanted.value ?? "none")"
    }
    return differences.isEmpty ? nil : differences.joined(separator: "; ")
  }

  private var fields: [(name: String, value: String?)] {
    [
      ("type", type), ("mode", mode), ("size", size.map { "\($0)" }),
      ("mtime", mtime.map { "\($0)" }), ("uid", uid.map { "\($0)" }),
      ("gid", gid.map { "\($0)" }), ("sha256", sha256), ("target", target),
      ("rdev", rdev.map { "\($0)" }), ("error", error), ("read", read.map { "\($0)" }),
    ]
  }
}
