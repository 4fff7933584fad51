public import VentiCore

/// A device: its numbers.
public struct DeviceNumber: Hashable, Sendable {
  /// Whether it is a block device, not a character device.
  public var isBlock: Bool
  /// The driver.
  public var major: UInt32
  /// Which of the driver's devices.
  public var minor: UInt32

  /// Describes a device.
  public init(isBlock: Bool, major: UInt32, minor: UInt32) {
    self.isBlock = isBlock
    self.major = major
    self.minor = minor
  }

  /// The most bytes that the text of a device has.
  public static let textByteLimit = 32

  /// Parses the contents of a device: `c MINOR MAJOR` or `b MINOR MAJOR`.
  ///
  /// plan9port cuts the text after seven characters and then damages the letter of devices with
  /// large numbers; what is left may have no meaning any more, and then is refused.
  public init(parsing text: [UInt8]) throws(ArchiveError) {
    let fields = text.prefix { $0 != 0 }.split(separator: UInt8(ascii: " "))
    let letters: [[UInt8]: Bool] = [Array("b".utf8): true, Array("c".utf8): false]
    guard fields.count == 3, let isBlock = letters[Array(fields[0])],
      let minor = UInt32(String(decoding: fields[1], as: UTF8.self)),
      let major = UInt32(String(decoding: fields[2], as: UTF8.self))
    else {
      throw .content(
        subject: "device", found: quoted(String(decoding: text, as: UTF8.self)),
        expected: "'c' or 'b', minor and major number")
    }
    self.init(isBlock: isBlock, major: major, minor: minor)
  }

  /// The contents of the device: minor number first.
  public var text: [UInt8] { Array("\(isBlock ? "b" : "c") \(minor) \(major)".utf8) }
}

/// What a symbolic link points to.
public enum LinkTarget {
  /// The longest target: PATH_MAX, less the NUL.
  public static let byteLimit = 4095

  /// The target in the contents of a link: what follows a NUL is not part of it.
  ///
  /// plan9port's vac cuts targets after eight bytes and fills them up with NULs.
  public static func parse(_ contents: [UInt8]) -> [UInt8] {
    Array(contents.prefix { $0 != 0 })
  }
}

extension Entry {
  /// Reads the target of the link whose contents this describes.
  public func linkTarget(in source: any BlockSource) throws(ArchiveError) -> [UInt8] {
    LinkTarget.parse(try contents(in: source, limit: LinkTarget.byteLimit, of: "link target"))
  }

  /// Reads the numbers of the device whose contents this describes.
  public func deviceNumber(in source: any BlockSource) throws(ArchiveError) -> DeviceNumber {
    let text = try contents(in: source, limit: DeviceNumber.textByteLimit, of: "device")
    return try DeviceNumber(parsing: text)
  }

  /// Reads a short stream whole.
  func contents(
    in source: any BlockSource, limit: Int, of subject: String
  ) throws(ArchiveError) -> [UInt8] {
    guard size <= limit else { throw .tooLarge(subject: subject, size: size, limit: limit) }
    let tree: HashTree
    do throws(FormatError) {
      tree = try HashTree(self, in: source)
    } catch {
      throw .format(error, block: score)
    }
    do throws(BlockError) {
      return try tree.bytes(in: 0..<size)
    } catch {
      throw .block(error)
    }
  }
}
