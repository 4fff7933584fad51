public import VentiCore

/// A file at the top of an archive, made ready for another archive: its record renumbered, its
/// streams as they are.
///
/// Nothing below is read or written: the merged archive's blocks are shared. Its numbers n become
/// n + offset, by the qid space of each of its top-level records.
public struct MergedFile: Sendable {
  /// The name.
  public var name: [UInt8] { record.name }

  let record: Record
  let streams: [Entry]
  let attributeStream: Entry?
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

/// Renumbers the top-level files of one archive.
private struct Merger {
  private var records: [[UInt8]: Record] = [:]
  private let directory: Directory
  /// The greatest number in the archive, as far as its top tells.
  private let maximum: UInt64

  init(_ archive: Archive, from source: any BlockSource) throws(ArchiveError) {
    directory = try Directory(loading: archive.directory, from: source)
    var scan = try StreamScan(archive.directory.metadata, in: source)
    while let piece = try scan.next() {
      guard case .leaf(_, _, let block) = piece,
        let metadata = try? MetadataBlock(
          parsing: block, leafSize: archive.directory.metadata.leafSize)
      else { continue }
      for number in 0..<metadata.count {
        guard let record = try? metadata.record(number), records[record.name] == nil else {
          continue
        }
        records[record.name] = record
      }
    }
    let qids = records.values.map(\.qid)
    maximum = max(archive.topSpace?.maximum ?? archive.top.qid, qids.max() ?? 0)
  }

  func files(_ numbers: inout FileNumbers) -> (files: [MergedFile], omissions: [String]) {
    var omissions = directory.omissions.map(\.description)
    let offset = numbers.reserve(maximum: maximum)
    var files: [MergedFile] = []
    for position in 0..<directory.count {
      let item = directory[position]
      guard let record = records[item.name] else { continue }
      do throws(ArchiveError) {
        let streams = try item.contents.streams()
        files.append(
          MergedFile(
            record: renumbered(record, offset, &numbers), streams: streams,
            attributeStream: try item.attributeStream?.get()))
      } catch {
        omissions.append("file \(quoted(String(decoding: item.name, as: UTF8.self))): \(error)")
      }
    }
    files.sort { ArchiveOrder.isOrdered($0.name, $1.name) }
    return (files, omissions)
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
