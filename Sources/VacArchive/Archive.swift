public import VentiCore

/// An archive: a root, and the directory at its top.
///
/// The root block names a directory block of three entries: the streams of the top directory,
/// and one with the top directory's own record. Archives that fossil wrote have one more level:
/// an only entry, whose stream holds the three.
public struct Archive: Sendable {
  /// The score of the root block.
  public let score: Score
  /// The root block.
  public let root: Root
  /// The top directory, by the name `/`.
  public let top: Item
  /// Why the top directory's record could not be used; `top` has default values then.
  public let topFault: ArchiveError?
  /// The numbers that the archive uses.
  let topSpace: QidSpace?

  /// What a root's type says when it is an archive's.
  static let rootType = Array("vac".utf8)

  /// Reads the root and what it names: four blocks or five.
  ///
  /// - Throws: `ArchiveError.notAnArchive` for the root of another kind of tree.
  public init(opening score: ArchiveScore, in source: any BlockSource) throws(ArchiveError) {
    let score = score.score
    root = try Self.readRoot(score, from: source)
    guard root.type == Self.rootType else {
      throw .notAnArchive(score, type: quoted(String(decoding: root.type, as: UTF8.self)))
    }
    self.score = score
    let slots = try Self.readTop(of: root, from: source)
    let entries = try slots.entry(0, generation: nil, isDirectory: true)
    let metadata = try slots.entry(1, generation: nil, isDirectory: false)
    let reference = DirectoryReference(
      entries: entries, metadata: metadata, number: NumberSpace.topNumber, space: .top)
    let record = Result { () throws(ArchiveError) in try Self.readRecord(slots, from: source) }
    switch record {
    case .success(let record):
      (top, topFault, topSpace) = (Item(top: record, reference), nil, record.space)
    case .failure(let error):
      if case .block(let error) = error, !error.isOfOneBlock { throw .block(error) }
      (top, topFault, topSpace) = (Item(top: .plainTop, reference), error, nil)
    }
  }

  /// The streams of the top directory.
  public var directory: DirectoryReference {
    guard case .directory(let reference) = top.contents else {
      preconditionFailure("the top of an archive is a directory")
    }
    return reference
  }

  private static func readRoot(
    _ score: Score, from source: any BlockSource
  ) throws(ArchiveError) -> Root {
    let block: Block
    do throws(BlockError) {
      block = try source.read(BlockAddress(score, .root, limit: Root.byteCount))
    } catch {
      throw .block(error)
    }
    do throws(FormatError) {
      return try Root(parsing: block.bytes)
    } catch {
      throw .format(error, block: score)
    }
  }

  /// Reads the three entries, through fossil's extra level if there is one.
  private static func readTop(
    of root: Root, from source: any BlockSource
  ) throws(ArchiveError) -> SlotTable {
    let entry = Entry(
      pointerSize: root.blockSize, leafSize: root.blockSize, isDirectory: true, depth: 0,
      size: 3 * Entry.byteCount, score: root.score)
    let slots = try SlotTable(entry, from: source)
    do throws(ArchiveError) {
      _ = try slots.entry(2, generation: nil, isDirectory: false)
      return slots
    } catch .slot(_, .inactive) {
      var inner = try slots.entry(0, generation: nil, isDirectory: true)
      inner.size = min(inner.size, 3 * Entry.byteCount)
      return try SlotTable(inner, from: source)
    }
  }

  private static func readRecord(
    _ slots: SlotTable, from source: any BlockSource
  ) throws(ArchiveError) -> Record {
    let entry = try slots.entry(2, generation: nil, isDirectory: false)
    var scan = try StreamScan(entry, in: source)
    switch try scan.next() {
    case .leaf(_, _, let block):
      do throws(FormatError) {
        return try MetadataBlock(parsing: block, leafSize: entry.leafSize).record(0)
      } catch {
        throw .format(error, block: block.score)
      }
    case .lost(_, _, let error):
      throw .block(error)
    case nil:
      throw .slot(2, .inactive)
    }
  }
}

extension Record {
  /// What a top directory is taken for whose own record is lost.
  fileprivate static let plainTop = Record(
    name: Array("/".utf8), slot: 0, qid: 0, mode: FileMode(.directory, unixPermissions: 0o777))
}

extension Item {
  fileprivate init(top record: Record, _ reference: DirectoryReference) {
    self.init(
      name: record.name, kind: .directory, permissions: record.mode.unixPermissions,
      isAppendOnly: false, isExclusive: false, owner: record.owner, group: record.group,
      modified: FileTime(record.modified, record.unix?.modified),
      changed: FileTime(record.changed, record.unix?.rest(\.changed)),
      accessed: FileTime(record.accessed, record.unix?.rest(\.accessed)),
      qid: record.qid, number: reference.number, unix: record.unix,
      contents: .directory(reference), attributeStream: nil)
  }
}
