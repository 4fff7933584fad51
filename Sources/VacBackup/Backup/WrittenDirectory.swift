internal import Posix
internal import VacArchive
internal import VentiCore

/// A directory whose files are being written, below the top.
struct WrittenDirectory {
  let name: [UInt8]
  let status: FileStatus
  let qid: UInt64
  let attributes: [ExtendedAttribute]
}

// In a tree that is very deep, those far above are in a temporary file.
extension WrittenDirectory {
  init(parsing bytes: [UInt8]) throws(FormatError) {
    var reader = ByteReader(Block(bytes).bytes, of: "directory")
    qid = try reader.uint64()
    status = try FileStatus(directory: &reader)
    name = try reader.array(Int(reader.uint32()))
    var attributes: [ExtendedAttribute] = []
    for _ in 0..<(try reader.uint32()) {
      let name = try reader.array(Int(reader.uint32()))
      attributes.append(
        ExtendedAttribute(name: name, value: try reader.array(Int(reader.uint32()))))
    }
    self.attributes = attributes
  }

  var bytes: [UInt8] {
    var writer = ByteWriter(capacity: 160)
    func add(_ bytes: [UInt8]) {
      writer.uint32(UInt32(bytes.count))
      writer.raw(bytes)
    }
    writer.uint64(qid)
    status.write(directory: &writer)
    add(name)
    writer.uint32(UInt32(attributes.count))
    for attribute in attributes {
      add(attribute.name)
      add(attribute.value)
    }
    return writer.bytes
  }
}

extension FileStatus {
  /// Reads what `write(directory:)` wrote.
  @_lifetime(reader: copy reader)
  fileprivate init(directory reader: inout ByteReader) throws(FormatError) {
    self.init(
      kind: .directory, permissions: try reader.uint16(), linkCount: try reader.uint64(),
      user: try reader.uint32(), group: try reader.uint32(),
      identity: Identity(fileSystem: try reader.uint64(), inode: try reader.uint64()),
      modified: try Time(&reader), accessed: try Time(&reader), changed: try Time(&reader))
  }

  /// Writes all that there is to say of a directory.
  fileprivate func write(directory writer: inout ByteWriter) {
    writer.uint16(permissions)
    writer.uint64(linkCount)
    writer.uint32(user)
    writer.uint32(group)
    writer.uint64(fileSystem)
    writer.uint64(inode)
    for time in [modified, accessed, changed] {
      writer.uint64(UInt64(bitPattern: time.seconds))
      writer.uint32(time.nanoseconds)
    }
  }
}

extension FileStatus.Time {
  @_lifetime(reader: copy reader)
  fileprivate init(_ reader: inout ByteReader) throws(FormatError) {
    self.init(seconds: Int64(bitPattern: try reader.uint64()), nanoseconds: try reader.uint32())
  }
}
