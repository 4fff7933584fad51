import Fuse
import Posix
import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacFileSystem
import VentiCore

struct ArchiveFileSystemTests {
  @Test("sizes, modes and times are those of the manifest", arguments: ArchiveFixture.allCases)
  func attributes(archive: ArchiveFixture) throws {
    let manifest = try archive.manifest
    let files = try ArchiveTree(archive).files()
    #expect(files.count >= manifest.count - 1)
    for (path, node) in files {
      guard let row = manifest[path] else { continue }
      #expect(row.mode == nil || row.mode == octal(node.attributes.permissions), "\(path)")
      #expect(row.size == nil || row.size == Int64(node.attributes.size), "\(path)")
      #expect(row.mtime == nil || row.mtime == node.attributes.modificationTime.seconds, "\(path)")
      #expect(row.uid == node.attributes.owner, "\(path)")
      #expect(row.gid == node.attributes.group, "\(path)")
    }
  }

  @Test("inode numbers are unique, and the same on every mount", arguments: ArchiveFixture.allCases)
  func inodes(archive: ArchiveFixture) throws {
    let first = try ArchiveTree(archive).files()
    let second = try ArchiveTree(archive).files()
    #expect(Set(first.map(\.node.attributes.inode)).count == first.count)
    #expect(Set(first.map(\.node.id)).count == first.count)
    let pairs = { (files: [(path: String, node: Node)]) in
      Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.node.attributes.inode) })
    }
    #expect(pairs(first) == pairs(second))
  }

  @Test("a directory has two links and one for each directory in it")
  func links() throws {
    let tree = try ArchiveTree(.zoo8k)
    for (path, node) in try tree.files() where node.attributes.kind == .directory {
      let below = try tree.entries(in: node.id).filter { $0.kind == .directory }
      // Each listing has `.` and `..`, which stand for the other two links.
      #expect(Int(node.attributes.linkCount) == below.count, "\(path)")
    }
  }

  @Test("storage is counted in units of 512 bytes; a file of zeros takes none")
  func blocks() throws {
    let tree = try ArchiveTree(.zoo8k)
    #expect(try tree.node("zoo0/sizes/noise-8193").attributes.blocks == 17)
    #expect(try tree.node("zoo0/zeros/all-8192").attributes.blocks == 0)
    #expect(try tree.node("zoo0/sizes/noise-0").attributes.blocks == 0)
    #expect(try tree.node("zoo0/sizes/noise-1").attributes.preferredBlockSize == 128 << 10)
  }

  @Test("a listing goes on wherever it was broken off", arguments: [1, 2, 3, 50])
  func resumedListing(piece: Int) throws {
    let tree = try ArchiveTree(.zoo512)
    let wide = try tree.node("zoo0/wide")
    let whole = try tree.entries(in: wide.id)
    var pieces: [DirectoryEntry] = []
    while true {
      let next = try tree.entries(in: wide.id, from: pieces.last?.next ?? 0, limit: piece)
      if next.isEmpty { break }
      pieces += next
    }
    #expect(whole.count > 150)
    #expect(pieces == whole)
  }

  @Test("a listing with nodes counts only what was taken")
  func countedListing() throws {
    let tree = try ArchiveTree(.zoo8k)
    let sizes = try tree.node("zoo0/sizes")
    let taken = try tree.entries(in: sizes.id, form: .nodes, limit: 5).compactMap(\.node)
    #expect(taken.count == 3)

    for node in taken { tree.fileSystem.forget(node.id, count: 1) }

    for node in taken {
      #expect(throws: FileSystemError.failed(.staleNFSFileHandle)) {
        try tree.fileSystem.attributes(of: node.id, patience: .none)
      }
    }
  }

  @Test("a missing name is nothing, not an error")
  func missingName() throws {
    let tree = try ArchiveTree(.zoo8k)
    let found = try tree.fileSystem.lookUp(
      Array("nosuch".utf8), in: .root, patience: ArchiveTree.patience)
    #expect(found == nil)
  }

  @Test("a link's target ends at the first NUL; a device's numbers come from its text")
  func specials() throws {
    let tree = try ArchiveTree(.zoo8k)
    func target(_ path: String) throws -> String {
      String(
        decoding: try tree.fileSystem.target(
          of: tree.node(path).id, patience: ArchiveTree.patience), as: UTF8.self)
    }
    #expect(try target("zoo0/special/short") == "target")
    #expect(try target("zoo0/special/long") == "../names")
    #expect(try tree.node("zoo0/special/null").attributes.kind == .characterDevice(0x103))
    #expect(try tree.node("zoo0/special/block").attributes.kind == .blockDevice(0x801))
    #expect(try tree.node("zoo0/special/fifo").attributes.kind == .fifo)
  }

  @Test("without patience nothing is waited for; once read, everything is at hand")
  func patience() throws {
    let tree = try ArchiveTree(.zoo8k, readsPromptly: false)
    #expect(throws: FileSystemError.wouldBlock) {
      try tree.fileSystem.lookUp(Array("zoo0".utf8), in: .root, patience: .none)
    }
    let file = try tree.node("zoo0/sizes/noise-16385")
    let contents = try tree.contents(of: file)

    #expect(try tree.contents(of: file, patience: .none) == contents)
    #expect(
      try tree.fileSystem.attributes(of: file.id, patience: .none) == file.attributes)
    #expect(try tree.entries(in: .root, patience: .none).count == 3)
  }

  @Test("a damaged leaf fails the reads that need it, is logged by its score, and passes")
  func damagedLeaf() throws {
    let tree = try ArchiveTree(.zoo8k)
    let file = try tree.node("zoo0/sizes/noise-16385")
    let other = try ArchiveTree(.zoo8k)
    let whole = try other.contents(of: other.node("zoo0/sizes/noise-16385"))
    let lost = Block(Array(whole[8192..<16384])).score
    tree.source.damage(lost)

    #expect(throws: FileSystemError.failed(.ioError)) { try tree.contents(of: file) }
    let neighbour = try tree.fileSystem.read(
      file.id, at: 0, count: 8192, patience: ArchiveTree.patience)
    #expect(neighbour.flatMap(\.array) == Array(whole[..<8192]))
    let lines = tree.log.withLock { $0 }
    #expect(lines.count == 1)
    #expect(lines.first?.contains(lost.description) == true)

    tree.source.repair()
    #expect(try tree.contents(of: file) == whole)
  }

  @Test("a read beyond the end, or at no sane offset, is empty")
  func readBeyondEnd() throws {
    let tree = try ArchiveTree(.zoo8k)
    let file = try tree.node("zoo0/sizes/noise-512")
    func count(at offset: UInt64) throws -> Int {
      try tree.fileSystem.read(file.id, at: offset, count: 4096, patience: ArchiveTree.patience)
        .reduce(0) { $0 + $1.count }
    }
    #expect(try count(at: 500) == 12)
    #expect(try count(at: 512) == 0)
    #expect(try count(at: .max) == 0)
    #expect(try count(at: UInt64(Int.max)) == 0)
  }

  @Test("data and holes are found; beyond the last of them is ENXIO")
  func seek() throws {
    let tree = try ArchiveTree(.zoo8k)
    let file = try tree.node("zoo0/zeros/head-24593")
    func seek(_ target: SeekTarget, _ offset: UInt64) throws -> UInt64 {
      try tree.fileSystem.seek(
        file.id, from: offset, to: target, patience: ArchiveTree.patience)
    }
    #expect(try seek(.hole, 0) == 0)
    #expect(try seek(.data, 0) == 24576)
    #expect(try seek(.hole, 24576) == file.attributes.size)
    #expect(throws: FileSystemError.failed(.noSuchAddressOrDevice)) {
      try seek(.data, file.attributes.size)
    }
  }

  @Test("owners can be overridden")
  func owners() throws {
    let tree = try ArchiveTree(.zoo8k) { options in
      options.owner = 77
      options.group = 78
    }
    let attributes = try tree.node("zoo0/owners/o1").attributes
    #expect(attributes.owner == 77)
    #expect(attributes.group == 78)
  }

  private func octal(_ permissions: UInt16) -> String {
    let text = String(permissions, radix: 8)
    return String(repeating: "0", count: max(0, 3 - text.count)) + text
  }
}
