internal import Posix
internal import SystemPackage
internal import VacArchive

/// Reads the extended attributes of files.
struct AttributeReader: Sendable {
  private let isWanted: Bool

  init(_ options: BackupOptions) {
    isWanted = options.storesAttributes && !options.isClassic
  }

  /// The attributes of an open file or directory.
  func attributes(of node: some OpenNode) throws(BackupError) -> [ExtendedAttribute] {
    try collect(
      { () throws(Errno) in try node.attributeNames() },
      { (name) throws(Errno) in try node.attribute(name) })
  }

  /// The attributes of a file that is not opened, or of a link itself.
  func attributes(
    of name: [UInt8], in directory: DirectoryHandle
  ) throws(BackupError) -> [ExtendedAttribute] {
    try collect(
      { () throws(Errno) in try directory.attributeNames(of: name) },
      { (attribute) throws(Errno) in try directory.attribute(attribute, of: name) })
  }

  private func collect(
    _ names: () throws(Errno) -> [[UInt8]], _ value: ([UInt8]) throws(Errno) -> [UInt8]
  ) throws(BackupError) -> [ExtendedAttribute] {
    guard isWanted else { return [] }
    var attributes: [ExtendedAttribute] = []
    var byteCount = 0
    for name in try supported(names) {
      guard let value = try present(name, value) else { continue }
      byteCount += name.count + value.count
      guard byteCount <= ExtendedAttribute.listByteLimit else {
        throw .archive(
          .tooLarge(
            subject: "extended attributes", size: byteCount,
            limit: ExtendedAttribute.listByteLimit))
      }
      attributes.append(ExtendedAttribute(name: name, value: value))
    }
    return attributes
  }

  /// The names; none on a file system that knows no attributes.
  private func supported(
    _ names: () throws(Errno) -> [[UInt8]]
  ) throws(BackupError) -> [[UInt8]] {
    do throws(Errno) {
      return try names()
    } catch .notSupported {
      return []
    } catch {
      throw .system("list attributes", error)
    }
  }

  /// A value; nil when the attribute has gone meanwhile.
  private func present(
    _ name: [UInt8], _ value: ([UInt8]) throws(Errno) -> [UInt8]
  ) throws(BackupError) -> [UInt8]? {
    do throws(Errno) {
      return try value(name)
    } catch .noData {
      return nil
    } catch {
      throw .system("read attribute", error)
    }
  }
}
