public import VentiCore

/// An extended attribute of a file: `user.…`, `security.…`, an ACL.
///
/// A list of them, by ascending name, is what `UnixMetadata.Attributes` holds:
///
/// | size | field |
/// |---:|---|
/// | 2 | length of the name |
/// | 4 | length of the value |
/// | n | name, with its prefix |
/// | n | value |
public struct ExtendedAttribute: Hashable, Sendable {
  /// The name with its prefix.
  public var name: [UInt8]
  /// The value, as the kernel gives it.
  public var value: [UInt8]

  /// The most bytes that the attributes of one file may have together: 16 MiB.
  public static let listByteLimit = 16 << 20

  /// Joins a name and a value.
  public init(name: [UInt8], value: [UInt8]) {
    self.name = name
    self.value = value
  }

  /// The list of attributes, in the order of their names whatever order they come in.
  static func list(_ attributes: [ExtendedAttribute]) throws(ArchiveError) -> [UInt8] {
    var writer = ByteWriter()
    for attribute in attributes.sorted(by: { $0.name.lexicographicallyPrecedes($1.name) }) {
      guard attribute.name.count <= UInt16.max, attribute.value.count <= listByteLimit else {
        throw .unstorable("extended attribute of \(attribute.value.count) bytes: too long")
      }
      writer.uint16(UInt16(attribute.name.count))
      writer.uint32(UInt32(attribute.value.count))
      writer.raw(attribute.name)
      writer.raw(attribute.value)
    }
    guard writer.bytes.count <= listByteLimit else {
      throw .tooLarge(
        subject: "extended attributes", size: writer.bytes.count, limit: listByteLimit)
    }
    return writer.bytes
  }

  /// Parses a list.
  public static func parse(list: Block) throws(FormatError) -> [ExtendedAttribute] {
    var reader = ByteReader(list.bytes, of: "extended attributes")
    var attributes: [ExtendedAttribute] = []
    while reader.remaining > 0 {
      let nameCount = try Int(reader.uint16())
      let valueCount = try Int(reader.uint32())
      let name = try reader.array(nameCount)
      attributes.append(ExtendedAttribute(name: name, value: try reader.array(valueCount)))
    }
    return attributes
  }
}

extension Item {
  /// Whether the file has extended attributes.
  public var hasAttributes: Bool { unix.map { $0.attributes != .none } ?? false }

  /// Reads the file's extended attributes, by ascending name.
  public func extendedAttributes(
    in source: any BlockSource
  ) throws(ArchiveError) -> [ExtendedAttribute] {
    let list: [UInt8]
    switch unix?.attributes {
    case nil, .some(.none): return []
    case .inline(let bytes): list = bytes
    case .slot:
      guard let entry = try attributeStream?.get() else { return [] }
      list = try entry.contents(
        in: source, limit: ExtendedAttribute.listByteLimit, of: "extended attributes")
    }
    do throws(FormatError) {
      return try ExtendedAttribute.parse(list: Block(list))
    } catch {
      throw .content(subject: "extended attributes", found: "\(error)", expected: "a list")
    }
  }
}
