public import VentiCore

/// What a record of plan9port cannot hold about a file of Unix: an option that older readers
/// pass over.
///
/// The layout is in `docs/unix-metadata.md`: a version, a mask, and the fields of the mask's
/// bits in their order.
public struct UnixMetadata: Hashable, Sendable {
  /// The kind of the option.
  public static let optionKind: UInt8 = 0x55
  /// The version written, and the only one read.
  public static let version: UInt8 = 1

  /// The part of a time that 32 bits of seconds do not hold.
  public struct TimeExtension: Hashable, Sendable {
    /// The upper half of the seconds, as a signed 64-bit number.
    public var highSeconds: Int32
    /// Nanoseconds, less than 10^9.
    public var nanoseconds: UInt32

    /// Makes the extension of a time.
    public init(highSeconds: Int32, nanoseconds: UInt32) {
      self.highSeconds = highSeconds
      self.nanoseconds = nanoseconds
    }
  }

  /// The numbers of a file's owner and group.
  public struct Owner: Hashable, Sendable {
    /// The user (st_uid).
    public var user: UInt32
    /// The group (st_gid).
    public var group: UInt32

    /// Joins two numbers.
    public init(user: UInt32, group: UInt32) {
      self.user = user
      self.group = group
    }
  }

  /// Where a file's extended attributes are.
  public enum Attributes: Hashable, Sendable {
    /// There are none.
    case none
    /// Here: the bytes of an attribute list.
    case inline([UInt8])
    /// In a data stream, in this slot of the directory stream that holds the file.
    case slot(UInt32)
  }

  /// The rest of the modification time.
  public var modified: TimeExtension?
  /// The rest of the access time; nil, that of the modification time.
  public var accessed: TimeExtension?
  /// The rest of the time of the last change of the inode; nil, that of the modification time.
  public var changed: TimeExtension?
  /// The numbers of owner and group.
  public var owner: Owner?
  /// The numbers of a device.
  public var device: DeviceNumber?
  /// Whether the file is a socket.
  public var isSocket = false
  /// Hard links: the number of names that the file had; those in the archive have one qid.
  public var linkCount: UInt32?
  /// The extended attributes.
  public var attributes = Attributes.none

  /// Makes metadata that says nothing.
  public init() {}

  /// The rest of the access time or of the change time: where it is not recorded, the time is the
  /// same as the modification time.
  func rest(_ time: KeyPath<UnixMetadata, TimeExtension?>) -> TimeExtension? {
    self[keyPath: time] ?? modified
  }

  private struct Fields: OptionSet {
    let rawValue: UInt16

    static let modified = Fields(rawValue: 1 << 0)
    static let accessed = Fields(rawValue: 1 << 1)
    static let changed = Fields(rawValue: 1 << 2)
    static let owner = Fields(rawValue: 1 << 3)
    static let device = Fields(rawValue: 1 << 4)
    static let socket = Fields(rawValue: 1 << 5)
    static let linkCount = Fields(rawValue: 1 << 6)
    static let inlineAttributes = Fields(rawValue: 1 << 7)
    static let attributeSlot = Fields(rawValue: 1 << 8)
  }

  /// Parses the data of the option.
  ///
  /// - Returns: nil for a version that is not known: the file is then shown without.
  public static func parse(_ bytes: RawSpan) throws(FormatError) -> UnixMetadata? {
    var reader = ByteReader(bytes, of: "unix metadata")
    guard try reader.uint8() == version else { return nil }
    let fields = Fields(rawValue: try reader.uint16())
    var metadata = UnixMetadata()
    if fields.contains(.modified) { metadata.modified = try TimeExtension.parse(&reader) }
    if fields.contains(.accessed) { metadata.accessed = try TimeExtension.parse(&reader) }
    if fields.contains(.changed) { metadata.changed = try TimeExtension.parse(&reader) }
    if fields.contains(.owner) {
      metadata.owner = Owner(user: try reader.uint32(), group: try reader.uint32())
    }
    if fields.contains(.device) { metadata.device = try DeviceNumber.parse(&reader) }
    metadata.isSocket = fields.contains(.socket)
    if fields.contains(.linkCount) { metadata.linkCount = try reader.uint32() }
    if fields.contains(.inlineAttributes) {
      metadata.attributes = .inline(try reader.array(Int(reader.uint16())))
    }
    // Bytes may follow: fields of bits that later versions of this layout add.
    if fields.contains(.attributeSlot) { metadata.attributes = .slot(try reader.uint32()) }
    return metadata
  }

  private var fields: Fields {
    var fields: Fields = []
    if modified != nil { fields.insert(.modified) }
    if accessed != nil { fields.insert(.accessed) }
    if changed != nil { fields.insert(.changed) }
    if owner != nil { fields.insert(.owner) }
    if device != nil { fields.insert(.device) }
    if isSocket { fields.insert(.socket) }
    if linkCount != nil { fields.insert(.linkCount) }
    switch attributes {
    case .none: break
    case .inline: fields.insert(.inlineAttributes)
    case .slot: fields.insert(.attributeSlot)
    }
    return fields
  }

  /// Appends the data of the option.
  ///
  /// - Precondition: inline attributes have at most 65535 bytes.
  public func write(to writer: inout ByteWriter) {
    writer.uint8(Self.version)
    writer.uint16(fields.rawValue)
    modified?.write(to: &writer)
    accessed?.write(to: &writer)
    changed?.write(to: &writer)
    if let owner {
      writer.uint32(owner.user)
      writer.uint32(owner.group)
    }
    if let device {
      writer.uint8(device.isBlock ? DeviceNumber.blockLetter : DeviceNumber.characterLetter)
      writer.uint32(device.major)
      writer.uint32(device.minor)
    }
    if let linkCount { writer.uint32(linkCount) }
    switch attributes {
    case .none: break
    case .inline(let list):
      writer.uint16(UInt16(list.count))
      writer.raw(list)
    case .slot(let slot): writer.uint32(slot)
    }
  }
}

extension UnixMetadata.TimeExtension {
  @_lifetime(reader: copy reader)
  fileprivate static func parse(_ reader: inout ByteReader) throws(FormatError) -> Self {
    let highSeconds = try Int32(bitPattern: reader.uint32())
    let nanoseconds = try reader.uint32()
    guard nanoseconds < 1_000_000_000 else {
      throw reader.invalid(back: 4, found: "\(nanoseconds) ns", expected: "less than a second")
    }
    return Self(highSeconds: highSeconds, nanoseconds: nanoseconds)
  }

  fileprivate func write(to writer: inout ByteWriter) {
    writer.uint32(UInt32(bitPattern: highSeconds))
    writer.uint32(nanoseconds)
  }
}

extension DeviceNumber {
  fileprivate static let blockLetter = UInt8(ascii: "b")
  fileprivate static let characterLetter = UInt8(ascii: "c")

  @_lifetime(reader: copy reader)
  fileprivate static func parse(_ reader: inout ByteReader) throws(FormatError) -> Self {
    let letter = try reader.uint8()
    guard letter == blockLetter || letter == characterLetter else {
      throw reader.invalid(back: 1, found: "device kind \(letter)", expected: "'b' or 'c'")
    }
    return Self(
      isBlock: letter == blockLetter, major: try reader.uint32(), minor: try reader.uint32())
  }
}
