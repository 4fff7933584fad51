internal import Posix
internal import SystemPackage
internal import VacArchive
internal import VentiCore

/// Compares the attributes of files with those that they have in the archive.
struct AttributeComparison: Sendable {
  private let options: RestoreOptions
  private let source: any BlockSource
  private let owners: OwnerNumbers

  init(_ options: RestoreOptions, source: any BlockSource) {
    self.options = options
    self.source = source
    owners = OwnerNumbers(prefersNumbers: options.prefersNumbers)
  }

  /// What differs, extended attributes apart.
  func differences(_ item: Item, _ status: FileStatus) -> [Difference] {
    var differences: [Difference] = []
    if options.setsPermissions, item.kind != .link, status.permissions != item.permissions {
      differences.append(.permissions(found: status.permissions, archived: item.permissions))
    }
    if options.setsOwners, describesItself(item) {
      differences += ownerDifferences(item, status)
    }
    if options.setsTimes, describesItself(item) || item.unix?.modified != nil,
      let difference = timeDifference(item, status)
    {
      differences.append(difference)
    }
    return differences
  }

  /// plan9port's vac records of a link what is true of the file that it points to.
  private func describesItself(_ item: Item) -> Bool {
    item.kind != .link || item.unix != nil
  }

  private func ownerDifferences(_ item: Item, _ status: FileStatus) -> [Difference] {
    var differences: [Difference] = []
    if let user = owners.user(of: item), user != status.user {
      differences.append(.user(found: status.user, archived: user))
    }
    if let group = owners.group(of: item), group != status.group {
      differences.append(.group(found: status.group, archived: group))
    }
    return differences
  }

  private func timeDifference(_ item: Item, _ status: FileStatus) -> Difference? {
    let found = FileTime(
      seconds: status.modified.seconds, nanoseconds: status.modified.nanoseconds)
    // A classic record has 32 bits of the seconds, and nothing below.
    let isSame =
      item.unix?.modified != nil
      ? found == item.modified
      : UInt32(truncatingIfNeeded: found.seconds)
        == UInt32(truncatingIfNeeded: item.modified.seconds)
    return isSame ? nil : .modified(found: found, archived: item.modified)
  }

  /// What differs of the extended attributes.
  func attributeDifferences(
    _ item: Item, _ name: [UInt8], in directory: DirectoryHandle
  ) throws(RestoreError) -> [Difference] {
    guard options.setsAttributes else { return [] }
    let archived = try reading { () throws(ArchiveError) in
      try item.extendedAttributes(in: source)
    }
    var differences: [Difference] = []
    for attribute in archived {
      let found = try? directory.attribute(attribute.name, of: name)
      if found != attribute.value { differences.append(.attribute(attribute.name)) }
    }
    let known = Set(archived.map(\.name))
    // A file system without attributes has none that are too many.
    for found in (try? directory.attributeNames(of: name)) ?? [] {
      // What else there is belongs to the system, not to the file: its SELinux label, say.
      let isOfFile = found.starts(with: "user.".utf8) || AccessControlList.isList(found)
      if isOfFile, !known.contains(found) {
        differences.append(.extraAttribute(found))
      }
    }
    return differences
  }
}
