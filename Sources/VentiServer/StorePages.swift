public import VentiCore

/// What a server's web pages show of its store, and ask of it.
///
/// All of it may read the disk, and is called on plain threads.
public protocol StorePages: Sendable {
  /// What the store holds now.
  func report() -> StoreReport

  /// The archives in the store, the newest last.
  func archives() throws(BlockError) -> [StoreArchive]

  /// Why the store does not work as it should; nil when all is well.
  var trouble: String? { get }

  /// Returns once everything written before survives a power cut.
  func flushBlocks() throws(BlockError)

  /// Returns once everything written before is in the index.
  func flushIndex() throws(BlockError)
}
