import Glibc
import SystemPackage
import TestSupport
import Testing

@Suite(.mounts, .timeLimit(.minutes(5)))
struct FixtureMountTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  @Test(
    "an archive mounted from the store's files is its manifest", arguments: ArchiveFixture.allCases)
  func fromFiles(archive: ArchiveFixture) throws {
    let store = try archive.store.unpack(into: directory.path)
    try withMount(of: archive.file.string, from: store.string) { mount in
      try expectManifest(of: archive, at: mount)
    }
  }

  @Test("an archive mounted from a server is its manifest", arguments: ArchiveFixture.allCases)
  func fromServer(archive: ArchiveFixture) throws {
    let server = try StoreServer(archive.store.unpack(into: directory.path))
    try withMount(of: archive.text, from: server.address) { mount in
      try expectManifest(of: archive, at: mount)
    }
  }

  @Test(
    "with next to no cache an archive is still its manifest", arguments: [ArchiveFixture.zoo512])
  func smallCache(archive: ArchiveFixture) throws {
    let server = try StoreServer(archive.store.unpack(into: directory.path))
    try withMount(of: archive.text, from: server.address, ["-M", "1m"]) { mount in
      try expectManifest(of: archive, at: mount)
    }
  }

  @Test("reading changes no byte of the store")
  func storeUnchanged() throws {
    let store = try StoreFixture.storeV4.unpack(into: directory.path)
    let sums = { try shell("sha256sum arenas0 isect0 venti.conf; stat -c '%n %Y' *", in: store) }
    let before = try sums()

    try withMount(of: ArchiveFixture.treeV4.file.string, from: store.string) { mount in
      try shell("tar cf - . | cat >/dev/null", in: mount.path)
    }

    #expect(try sums() == before)
  }

  @Test("many threads read one mount at once and all see the same")
  func manyReaders() throws {
    let archive = ArchiveFixture.zoo512
    let store = try archive.store.unpack(into: directory.path)
    try withMount(of: archive.file.string, from: store.string, ["-M", "1m"]) { mount in
      let sums = try shell(
        "for i in {1..16}; do tar cf - . | sha1sum & done; wait", in: mount.path)

      let lines = sums.split(separator: "\n")
      #expect(lines.count == 16)
      #expect(Set(lines).count == 1)
    }
  }

  @Test("inode numbers are unique, and the same by both roads")
  func inodeNumbers() throws {
    let archive = ArchiveFixture.nightly
    let store = try archive.store.unpack(into: directory.path)
    let list = { (mount: ArchiveMount) in
      try shell("find . -printf '%i %p\\0' | sort -z | tr '\\n\\0' '?\\n'", in: mount.path)
    }
    let local = try withMount(of: archive.file.string, from: store.string) { try list($0) }
    let server = try StoreServer(store)
    let remote = try withMount(of: archive.file.string, from: server.address) { try list($0) }

    let numbers = local.split(separator: "\n").map { $0.prefix { $0 != " " } }
    #expect(numbers.count > 70)
    #expect(Set(numbers).count == numbers.count)
    #expect(remote == local)
  }
}
