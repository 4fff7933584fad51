internal import Synchronization
internal import VacArchive

/// A directory that is being filled.
///
/// It counts what still has to be done in it: its own attributes are set when nothing is left,
/// as whatever is made in it changes its times, and needs permissions that it may not have.
final class TargetDirectory: Sendable {
  /// What becomes of it when nothing is left to be done.
  final class Departure: Sendable {
    /// What the archive says of it; nil where that cannot be read.
    let item: Item?
    /// The directory above; nil where nobody waits for that.
    let parent: TargetDirectory?

    init(item: Item?, parent: TargetDirectory?) {
      (self.item, self.parent) = (item, parent)
    }
  }

  /// How it is reached.
  let tree: TreeDirectory
  /// The name that it gets when all in it is there; nil where it has its own from the beginning.
  let finalName: [UInt8]?
  /// The permissions that it gets in the end.
  let permissions: UInt16

  private let unfinished = Atomic<Int>(1)
  private let atomicHoldsOriginals = Atomic(false)
  private let departureBox = AtomicLazyReference<Departure>()

  init(_ tree: TreeDirectory, finalName: [UInt8]? = nil, permissions: UInt16) {
    self.tree = tree
    self.finalName = finalName
    self.permissions = permissions
  }

  /// Whether files that have other names, which may still come, are in it or below.
  var holdsOriginals: Bool { atomicHoldsOriginals.load(ordering: .relaxed) }

  func holdOriginals() { atomicHoldsOriginals.store(true, ordering: .relaxed) }

  /// Nil as long as the walk is in it.
  var departure: Departure? { departureBox.load() }

  /// Notes that the walk has left it: it is done once what is under way in it is.
  func leave(_ departure: Departure) { _ = departureBox.storeIfNil(departure) }

  /// Whether more is to be done than what the walk is about.
  var isBusy: Bool { unfinished.load(ordering: .acquiring) > 1 }

  /// Notes that there is one more thing to be done in it.
  func retain() {
    unfinished.add(1, ordering: .relaxed)
  }

  /// Notes that a thing is done.
  ///
  /// - Returns: whether it was the last one.
  func release() -> Bool {
    unfinished.subtract(1, ordering: .acquiringAndReleasing).newValue == 0
  }

  /// Its name, once all in it is there.
  var name: [UInt8] {
    if let finalName { return finalName }
    if case .entry(let name, _) = tree.place { return name }
    return []
  }

  /// Its path in the target; empty for the top.
  var path: [UInt8] { finalName == nil ? tree.path : pathAbove(name) }

  /// The path of a file in it.
  func path(to name: [UInt8]) -> [UInt8] {
    finalName.map { pathAbove($0 + [UInt8(ascii: "/")] + name) } ?? tree.path(to: name)
  }

  private func pathAbove(_ name: [UInt8]) -> [UInt8] {
    (try? tree.above())?.path(to: name) ?? name
  }
}
