import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore

/// Power fails at every step of `venti init` and `venti grow`.
///
/// Names of files that were not synced are lost one by one, as bytes are. Afterwards there is no
/// store, and what is in the way is named; or there is one, and it is whole.
@Suite(.timeLimit(.minutes(10)))
struct StoreMakingTests {
  private static let directory: FilePath = "/store"
  private static let configuration = directory.appending(StoreConfiguration.fileName)

  @Test("init that is cut short leaves no store, or a whole one")
  func creating() throws {
    let volume = SimulatedVolume()
    try Self.create(on: volume)
    var random = SeededGenerator(seed: 1)
    var absentCount = 0
    for count in 0...volume.eventCount {
      let cut = volume.afterPowerCut(events: count, using: &random)
      if !cut.exists(Self.configuration) {
        absentCount += 1
        try Self.clearingTheWay(on: cut) { () throws(StoreError) in try Self.create(on: cut) }
      }
      try Self.expectWhole(cut, [], "after \(count) things")
    }
    #expect(absentCount > 10)
  }

  @Test("init that fails leaves nothing, though venti.conf was there already")
  func failing() {
    let volume = SimulatedVolume()
    volume.failReplacing()
    #expect(throws: StoreError.self) { try Self.create(on: volume) }
    #expect(volume.files.keys.sorted() == [])
  }

  @Test(
    "grow that is cut short leaves the store that was there, or a larger one; and can be run again",
    arguments: [1, 16])
  func growing(megabytes: Int) throws {
    let old = SimulatedVolume()
    try Self.create(on: old)
    let blocks = SimulatedStore.blocks(40, seed: 2)
    let store = try Store(Self.parts(of: old), options: SimulatedStore.quiet)
    try store.write(blocks)
    try store.close()
    let volume = SimulatedVolume(old.files)
    try Self.grow(volume, by: megabytes)
    #expect(volume.exists(Self.directory.appending("index1")) == (megabytes == 16))
    var random = SeededGenerator(seed: 3)
    for count in 0...volume.eventCount {
      let cut = volume.afterPowerCut(events: count, using: &random)
      try Self.expectWhole(cut, blocks, "after \(count) things")
      guard try Self.arenaCount(of: cut) == 1 else { continue }
      try Self.clearingTheWay(on: cut) { () throws(StoreError) in
        try Self.grow(cut, by: megabytes)
      }
      try Self.expectWhole(cut, blocks, "grown again after \(count) things")
      #expect(try Self.arenaCount(of: cut) >= 2)
    }
  }

  private static func create(on volume: SimulatedVolume) throws(StoreError) {
    var creator = StoreCreator(directory: directory, arenaByteCount: 2 << 20)
    creator.volume = volume
    try creator.create()
  }

  private static func grow(_ volume: SimulatedVolume, by megabytes: Int) throws(StoreError) {
    var grower = StoreGrower(directory: directory, arenaByteCount: megabytes << 20)
    grower.volume = volume
    _ = try grower.grow(configuration(of: volume))
  }

  /// Does what the message says about a file that is in the way: removes it, and tries again.
  private static func clearingTheWay(
    on volume: SimulatedVolume, _ body: () throws(StoreError) -> Void
  ) throws {
    for _ in 0..<4 {
      do throws(StoreError) {
        return try body()
      } catch {
        let stray = try #require(
          volume.files.keys.map { FilePath($0) }.first { error == .stray($0) }, "\(error)")
        volume.removeFile(stray)
      }
    }
    Issue.record("there is always something in the way")
  }

  private static func configuration(
    of volume: SimulatedVolume
  ) throws(StoreError) -> StoreConfiguration {
    try StoreConfiguration(
      parsing: Array(volume.text(of: configuration).utf8), path: configuration)
  }

  private static func parts(of volume: SimulatedVolume) throws -> StoreParts {
    try StoreParts(configuration(of: volume), opening: volume.open)
  }

  /// Arenas that take blocks.
  private static func arenaCount(of volume: SimulatedVolume) throws -> Int {
    try IndexSection(parts(of: volume).sections[0]).table().arenas.count
  }

  private static func expectWhole(
    _ volume: SimulatedVolume, _ blocks: [StoredBlock], _ comment: Comment
  ) throws {
    let parts = try parts(of: volume)
    let store = try Store(parts, options: SimulatedStore.quiet)
    for (block, type) in blocks { try store.expect(block, type, comment) }
    try store.write(Block(Array("life goes on".utf8)), type: .data)
    try store.close()
    #expect(try StoreChecker(parts).run()?.problems == [], comment)
  }
}
