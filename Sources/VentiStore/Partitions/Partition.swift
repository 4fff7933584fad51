public import VentiCore

/// Where arenas or a section of the index are kept: a range of bytes that is read, written and
/// made safe.
///
/// Nothing above this protocol assumes a file: a test may fail at will, and arenas that are
/// sealed could live in an object store, read by range. Implementations are safe to use from
/// many threads; none of them keeps a lock while it waits for a disk or a network.
public protocol Partition: Sendable {
  /// What messages call it: its name in the configuration.
  var name: String { get }

  /// Bytes of the partition, which do not change while it is open.
  var length: Int { get }

  /// Reads exactly `count` bytes at `offset` into memory of their own.
  func read(_ count: Int, at offset: Int) throws(StoreError) -> Block

  /// Reads as `read` does, if that takes no waiting for a disk or a network; else nil.
  func readInMemory(_ count: Int, at offset: Int) throws(StoreError) -> Block?

  /// The first byte at or after `offset` that may be other than zero; `length` when there is none.
  func firstData(from offset: Int) -> Int

  /// Writes all of `bytes` at `offset`; `sync` makes them safe.
  func write(_ bytes: RawSpan, at offset: Int) throws(StoreError)

  /// Has what was written in a range on its way to the disk, so that `sync` finds less to do; nothing is
  /// safe before that.
  func beginSync(of range: Range<Int>)

  /// Returns once everything written before survives a power cut.
  func sync() throws(StoreError)
}

extension Partition {
  /// Knows nothing of what is in memory.
  public func readInMemory(_ count: Int, at offset: Int) throws(StoreError) -> Block? { nil }

  /// Leaves all to `sync`.
  public func beginSync(of range: Range<Int>) {}

  /// Knows of no holes.
  public func firstData(from offset: Int) -> Int { offset }

  /// Checks that a range lies within the partition.
  func check(_ count: Int, at offset: Int) throws(StoreError) {
    guard offset >= 0, count >= 0, count <= length, offset <= length - count else {
      throw .outside(partition: name, offset: offset, count: count, length: length)
    }
  }

  /// Parses a structure that stands at `offset`; errors say where that is.
  func parse<Structure>(
    _ count: Int, at offset: Int,
    _ parse: (borrowing RawSpan) throws(FormatError) -> Structure
  ) throws(StoreError) -> Structure {
    let block = try read(count, at: offset)
    do throws(FormatError) {
      return try parse(block.bytes)
    } catch {
      throw .malformed(place: "partition \(quoted(name)) offset \(offset)", error)
    }
  }
}
