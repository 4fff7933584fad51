import SystemPackage
import TestSupport
import Testing
import VentiCore
import VentiStore
import VentiTools

/// One process at a time writes to a store, whatever names it has.
struct StoreLockTests {
  private let workshop: Workshop
  private let store: FilePath

  init() throws {
    workshop = try Workshop()
    store = workshop.directory.appending("store")
    try StoreCreator(directory: store, arenaByteCount: 2 << 20).create()
    let text = "index main\narenas \(store)/arenas\nisect \(store)/index\n"
    try EmbeddedConfiguration(in: workshop.partition(store.appending("arenas")))
      .write(Array(text.utf8))
    try workshop.write("other.conf", text)
    try ChildProcess.run(
      "ln", "-s", "venti.conf", store.appending("link.conf").string)
  }

  @Test(
    "a store is written to by one name at a time",
    arguments: ["store", "store/arenas", "other.conf"],
    ["store", "store/arenas", "other.conf", "store/link.conf"])
  func names(first: String, second: String) throws {
    let names = [first, second].map { workshop.directory.appending($0) }
    let holder = try Store(opening: names[0])

    #expect {
      try Store(opening: names[1])
    } throws: { error in
      if case .locked = error as? StoreError { true } else { false }
    }

    try withExtendedLifetime(holder) { try holder.close() }
  }

  @Test("a store that is closed can be written to by another name")
  func released() throws {
    for name in ["store", "other.conf", "store/link.conf", "store/arenas"] {
      try Store(opening: workshop.directory.appending(name)).close()
    }
  }

  @Test("a partition by itself is in use while a store of it is written to")
  func partition() throws {
    let arenas = store.appending("arenas").string
    let holder = try Store(opening: workshop.directory.appending("other.conf"))
    #expect(throws: StoreError.locked(path: arenas, process: nil)) {
      try StoreLock(partition: arenas)
    }
    try withExtendedLifetime(holder) { try holder.close() }
  }

  @Test("what is not there needs no lock")
  func missing() throws {
    _ = try StoreLock(partition: store.appending("nosuch").string)
  }
}
