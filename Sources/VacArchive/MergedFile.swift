public import VentiCore

/// A file at the top of an archive, made ready for another archive: its record renumbered, its
/// streams as they are.
///
/// Nothing below is read or written: the merged archive's blocks are shared.
public struct MergedFile: Sendable {
  /// The name.
  public var name: [UInt8] { record.name }

  /// Whether it is a directory.
  public var isDirectory: Bool { record.mode.kind == .directory }

  let record: Record
  let stream: Entry
  /// Of a directory.
  let metadataStream: Entry?
  let attributeStream: Entry?

  /// The files of a directory as they are, for a new directory in the place of that one.
  ///
  /// - Returns: the files in `ArchiveOrder`, and what had to be left out.
  public static func copies(
    of directory: DirectoryReference, from source: any BlockSource
  ) throws(ArchiveError) -> (files: [MergedFile], omissions: [String]) {
    var scan = try MergedFiles(of: directory, from: source)
    var files: [MergedFile] = []
    var omissions: [String] = []
    while let step = try scan.next() {
      switch step {
      case .file(let file): files.append(file)
      case .omission(let text): omissions.append(text)
      }
    }
    return (files, omissions)
  }

  /// The same directory with other contents.
  public func with(contents: DirectoryStreams) -> MergedFile {
    MergedFile(
      record: record, stream: contents.entries, metadataStream: contents.metadata,
      attributeStream: attributeStream)
  }
}

// Where many archives are merged, their files are set aside.
extension MergedFile {
  private enum Flag {
    static let metadata: UInt8 = 1
    static let attributes: UInt8 = 2
  }

  /// The file as bytes, from which it can be made again.
  public var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 3 * Entry.byteCount + 256)
    writer.uint8(
      (metadataStream == nil ? 0 : Flag.metadata) | (attributeStream == nil ? 0 : Flag.attributes))
    for entry in [stream, metadataStream, attributeStream] { entry?.write(to: &writer) }
    record.write(to: &writer)
    return writer.bytes
  }

  /// Makes a file of its bytes.
  @_lifetime(reader: copy reader)
  public init(_ reader: inout ByteReader) throws(FormatError) {
    let flags = try reader.uint8()
    guard let stream = try Entry.parse(&reader) else {
      throw reader.invalid(found: "no entry", expected: "one")
    }
    let metadata = flags & Flag.metadata == 0 ? nil : try Entry.parse(&reader)
    let attributes = flags & Flag.attributes == 0 ? nil : try Entry.parse(&reader)
    self.init(
      record: try Record(parsing: Block(reader.array(reader.remaining))), stream: stream,
      metadataStream: metadata, attributeStream: attributes)
  }
}

extension Directory {
  /// A file of a table that keeps whole records, its record changed by `change`.
  func mergedFile(
    at position: Int, _ change: (inout Record) -> Void = { _ in }
  ) throws(ArchiveError) -> MergedFile {
    let item = self[position]
    let streams = try item.contents.streams()
    let attributeStream = try item.attributeStream?.get()
    var record: Record
    do throws(FormatError) {
      record = try self.record(at: position)
    } catch {
      throw .unstorable("\(error)")
    }
    change(&record)
    return MergedFile(
      record: record, stream: streams.first, metadataStream: streams.metadata,
      attributeStream: attributeStream)
  }
}

extension Item.Contents {
  fileprivate func streams() throws(ArchiveError) -> (first: Entry, metadata: Entry?) {
    switch self {
    case .stream(let entry): (entry, nil)
    case .directory(let reference): (reference.entries, reference.metadata)
    case .damaged(let error): throw error
    }
  }
}
