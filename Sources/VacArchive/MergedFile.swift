public import VentiCore

/// A file at the top of an archive, made ready for another archive: its record renumbered, its
/// streams as they are.
///
/// Nothing below is read or written: the merged archive's blocks are shared. Its numbers n become
/// n + offset, by the qid space of each of its top-level records.
public struct MergedFile: Sendable {
  /// The name.
  public var name: [UInt8] { record.name }

  /// Whether it is a directory.
  public var isDirectory: Bool { record.mode.kind == .directory }

  let record: Record
  let streams: [Entry]
  let attributeStream: Entry?

  /// The files of a directory as they are, for a new directory in the place of that one.
  ///
  /// - Returns: the files in `ArchiveOrder`, and what had to be left out.
  public static func copies(
    of directory: DirectoryReference, from source: any BlockSource
  ) throws(ArchiveError) -> (files: [MergedFile], omissions: [String]) {
    try RecordTable(directory, from: source).files { $0 }
  }

  /// The same directory with other contents.
  public func with(contents: DirectoryStreams) -> MergedFile {
    MergedFile(
      record: record, streams: [contents.entries, contents.metadata],
      attributeStream: attributeStream)
  }
}

extension ArchiveWriter {
  /// Makes the top-level files of an archive ready to be added to this one, in `ArchiveOrder`.
  ///
  /// - Returns: the files, and what had to be left out.
  public mutating func merge(
    _ archive: Archive, from source: any BlockSource
  ) throws(ArchiveError) -> (files: [MergedFile], omissions: [String]) {
    let merger = try Merger(archive, from: source)
    return merger.files(&numbers)
  }
}

/// The records of a directory, with the streams that belong to them.
private struct RecordTable {
  private(set) var records: [[UInt8]: Record] = [:]
  private let directory: Directory

  init(_ reference: DirectoryReference, from source: any BlockSource) throws(ArchiveError) {
    directory = try Directory(loading: reference, from: source)
    var scan = try StreamScan(reference.metadata, in: source)
    while let piece = try scan.next() {
      guard case .leaf(_, _, let block) = piece,
        let metadata = try? MetadataBlock(
          parsing: block, leafSize: reference.metadata.leafSize)
      else { continue }
      for number in 0..<metadata.count {
        guard let record = try? metadata.record(number), records[record.name] == nil else {
          continue
        }
        records[record.name] = record
      }
    }
  }

  /// The files, their records changed by `change`.
  func files(
    _ change: (Record) -> Record
  ) -> (files: [MergedFile], omissions: [String]) {
    var omissions = directory.omissions.map(\.description)
    var files: [MergedFile] = []
    for position in 0..<directory.count {
      let item = directory[position]
      guard let record = records[item.name] else { continue }
      do throws(ArchiveError) {
        let streams = try item.contents.streams()
        files.append(
          MergedFile(
            record: change(record), streams: streams,
            attributeStream: try item.attributeStream?.get()))
      } catch {
        omissions.append("file \(quoted(String(decoding: item.name, as: UTF8.self))): \(error)")
      }
    }
    files.sort { ArchiveOrder.isOrdered($0.name, $1.name) }
    return (files, omissions)
  }
}

/// Renumbers the top-level files of one archive.
private struct Merger {
  private let table: RecordTable
  /// The greatest number in the archive, as far as its top tells.
  private let maximum: UInt64

  init(_ archive: Archive, from source: any BlockSource) throws(ArchiveError) {
    table = try RecordTable(archive.directory, from: source)
    let qids = table.records.values.map(\.qid)
    maximum = max(archive.topSpace?.maximum ?? archive.top.qid, qids.max() ?? 0)
  }

  func files(_ numbers: inout FileNumbers) -> (files: [MergedFile], omissions: [String]) {
    let offset = numbers.reserve(maximum: maximum)
    return table.files { renumbered($0, offset, &numbers) }
  }

  /// Gives a record its number in the new archive.
  ///
  /// `NumberSpace` tells how the numbers are read back.
  private func renumbered(
    _ record: Record, _ offset: UInt64, _ numbers: inout FileNumbers
  ) -> Record {
    var record = record
    guard let own = record.space else {
      record.space = QidSpace(offset: offset, maximum: maximum)
      return record
    }
    // A space that begins anew has the same numbers as its siblings: it needs its own range.
    let base = own.offset == 0 ? numbers.reserve(maximum: own.maximum) : offset
    record.space = QidSpace(offset: own.offset &+ base, maximum: own.maximum)
    if record.qid > own.maximum { record.qid = numbers.next() }
    return record
  }
}

extension Item.Contents {
  fileprivate func streams() throws(ArchiveError) -> [Entry] {
    switch self {
    case .stream(let entry): [entry]
    case .directory(let reference): [reference.entries, reference.metadata]
    case .damaged(let error): throw error
    }
  }
}
