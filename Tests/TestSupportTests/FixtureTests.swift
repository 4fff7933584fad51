import SystemPackage
import TestSupport
import Testing

struct FixtureTests {
  @Test("a store unpacks to its configuration and partitions", arguments: StoreFixture.allCases)
  func unpacks(fixture: StoreFixture) throws {
    let directory = try TemporaryDirectory()

    let store = try fixture.unpack(into: directory.path)

    let tree = try Manifest(of: store)
    #expect(tree["venti.conf"] != nil)
    #expect(tree["arenas0"] != nil)
    #expect(tree["isect0"]?.size == 2 << 20)
    withExtendedLifetime(directory) {}
  }

  @Test(
    "an archive has its score and its manifest",
    arguments: [
      (ArchiveFixture.zoo8k, 307), (.zoo512, 307), (.zoo52k, 307), (.nightly, 79), (.merged, 20),
      (.diff, 38), (.stdin, 1), (.treeV4, 166),
    ])
  func archives(fixture: ArchiveFixture, files: Int) throws {
    #expect(try fixture.text.hasPrefix("vac:"))
    #expect(try fixture.text.utf8.count == 44)
    #expect(try fixture.manifest.count == files)
  }
}
