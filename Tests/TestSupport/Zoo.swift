internal import Glibc
internal import Posix
public import SystemPackage

/// A tree of awkward files: every kind that an archive holds, at the sizes where blocks end.
///
/// Devices and owners only as root. The same seed makes the same contents.
public struct Zoo {
  /// The top of the tree.
  public let path: FilePath

  private var random: SeededGenerator

  /// Makes the tree in a directory that does not exist.
  public init(at path: FilePath, seed: UInt64) throws {
    self.path = path
    random = SeededGenerator(seed: seed)
    try ChildProcess.run("bash", "-euc", Self.script, path.string)
    for size in [1, 511, 512, 513, 8191, 8192, 8193, 16_384, 16_385, 40_000] {
      try write(random.bytes(size), to: "sizes/noise-\(size)")
      try write(Array(repeating: 0x41, count: size), to: "sizes/text-\(size)")
      try write(random.bytes(7) + Array(repeating: 0, count: size), to: "zeros/tail-\(size)")
      try write(Array(repeating: 0, count: size) + random.bytes(7), to: "zeros/head-\(size)")
    }
    // Two levels of pointer blocks, for blocks of 512 bytes as well; and more than one part.
    try write(random.bytes(3_300_000), to: "sizes/large")
    try write(Array("not utf-8".utf8), toName: Array("latin1-".utf8) + [0xe9, 0xff], in: "names")
    for number in 0..<150 {
      let count = Int.random(in: 0..<300, using: &random)
      try write(random.bytes(count), to: "wide/f\(random.next() >> 40)-\(number)")
    }
    try DirectoryHandle(opening: path.appending("special"))
      .makeSpecialFile(Array("socket".utf8), .socket)
    try setAttributes()
    try ChildProcess.run("bash", "-euc", Self.finish, path.string)
  }

  private func setAttributes() throws {
    func set(_ name: String, _ value: [UInt8], of file: String, in directory: String) throws {
      let handle = try DirectoryHandle(opening: path.appending(directory))
      do throws(Errno) {
        try handle.setAttribute(Array(name.utf8), to: value, of: Array(file.utf8))
      } catch .notSupported {
        // A file system without attributes: there is nothing to archive.
      }
    }
    try set("user.short", Array("value".utf8), of: "large", in: "sizes")
    try set("user.empty", [], of: "large", in: "sizes")
    try set("user.long", Array(repeating: 0x6c, count: 2000), of: "text-512", in: "sizes")
    try set("user.directory", [0, 1, 2], of: "dup", in: ".")
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    try Self.write(bytes, to: path.appending(name))
  }

  private func write(_ bytes: [UInt8], toName name: [UInt8], in directory: String) throws {
    let file = try DirectoryHandle(opening: path.appending(directory)).makeFile(name)
    try file.write(bytes.span.bytes, at: 0)
  }

  /// Writes a file of this content.
  public static func write(_ bytes: [UInt8], to path: FilePath) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite, .groupRead])
    try file.closeAfter { _ = try file.writeAll(bytes) }
  }

  private static let script = """
    mkdir -p "$0"
    cd "$0"
    mkdir -p sizes zeros dup names wide special modes times links empty/nested
    : >sizes/empty
    truncate -s 3000000 zeros/sparse
    printf middle | dd of=zeros/sparse bs=1 seek=1500000 conv=notrunc status=none
    truncate -s 9000000 zeros/hole
    for i in 1 2 3; do head -c 30000 /bin/sh >dup/$i; done
    for n in 'space name' -dash .hidden 日本語 $'tab\\tname' $'nl\\nname' 'quote'\\''"' 'back\\slash' \\
      'glob*?[x]' '#hash' a ab abc "$(printf 'a%.0s' {1..255})"; do echo "$n" >"names/$n"; done
    d=deep; for i in {1..40}; do d=$d/d$i; done; mkdir -p $d; echo leaf >$d/leaf
    ln -s target special/short; ln -s nowhere special/dangling; ln -s self special/self
    ln -s "../names/$(printf 'a%.0s' {1..255})" special/long
    mkfifo -m 640 special/fifo
    for m in 0000 0400 0600 0755 0111 4755 2755 1644 6711; do echo $m >modes/$m; done
    mkdir modes/sticky; chmod 1777 modes/sticky
    echo one >links/one; ln links/one links/two; ln links/one dup/three; ln -s x links/symbolic
    ln -P links/symbolic links/same-symbolic
    ln special/fifo links/fifo
    for t in 0 1 2147483648 4294967294 -86400; do echo $t >times/t$t; done
    """

  private static let finish = """
    cd "$0"
    if [ "$(id -u)" = 0 ]; then
      mknod special/null c 1 3; mknod special/disk b 259 70000
      for o in 1:1 65534:65534 12345:54321; do echo $o >wide/owner-$o; chown $o wide/owner-$o; done
      chown -h 12345:7 special/long
    fi
    for f in modes/[0-9]*; do chmod "${f#modes/}" "$f"; done
    for f in times/*; do touch -d "@${f#times/t}.123456789" "$f"; done
    touch -hd @1000000000.000000001 special/short
    find . -depth -type d -exec touch -d @1400000000.5 {} +
    """

  /// What every file below a directory is, to the last attribute: a line each.
  ///
  /// Names of one file are told as such; times are those of modification.
  public static func description(of top: FilePath) throws -> [String] {
    var firstNames: [String: String] = [:]
    return try TreeEntry.all(below: top).sorted { $0.path.string < $1.path.string }.map { entry in
      var path = entry.path
      _ = path.removePrefix(top)
      let name = path.string.debugDescription
      let status = entry.status
      var line = "\(name) mode \(String(status.st_mode, radix: 8))"
      line += " owner \(status.st_uid):\(status.st_gid)"
      line += " time \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
      if !entry.hasType(S_IFDIR) {
        line += " size \(status.st_size) links \(status.st_nlink) device \(status.st_rdev)"
        let identity = "\(status.st_dev):\(status.st_ino)"
        if let first = firstNames[identity] { line += " same as \(first)" }
        firstNames[identity] = firstNames[identity] ?? name
      }
      line += try contents(of: entry)
      return line + attributes(of: entry.path)
    }
  }

  private static func contents(of entry: TreeEntry) throws -> String {
    if entry.hasType(S_IFREG) {
      guard let (digest, _) = try? SHA256.digest(of: entry.path) else { return " unreadable" }
      return " sha256 \(digest)"
    }
    guard entry.hasType(S_IFLNK) else { return "" }
    let parent = try DirectoryHandle(opening: entry.path.removingLastComponent())
    let name = entry.path.lastComponent?.string ?? ""
    return " -> \(try parent.linkTarget(of: Array(name.utf8)))"
  }

  private static func attributes(of path: FilePath) -> String {
    guard let parent = try? DirectoryHandle(opening: path.removingLastComponent()),
      let name = path.lastComponent.map({ Array($0.string.utf8) }),
      let names = try? parent.attributeNames(of: name)
    else { return "" }
    let texts = names.map { attribute in
      let value = (try? parent.attribute(attribute, of: name)) ?? []
      return "\(String(decoding: attribute, as: UTF8.self))=\(value)"
    }
    return texts.isEmpty ? "" : " attributes \(texts.sorted())"
  }
}
