internal import Posix
internal import Synchronization
internal import SystemPackage
internal import VacArchive
internal import VentiCore

/// Gives files the attributes that they have in the archive.
///
/// The order matters. A new owner clears set-id bits and capabilities, so it comes first. A file
/// without write permission takes no attributes, so permissions come later; and everything may
/// change the times.
final class AttributeSetter: Sendable {
  private let options: RestoreOptions
  private let source: any BlockSource
  private let counters: RestoreCounters
  private let owners: OwnerNumbers
  private let isRoot = Accounts.effectiveUserID == 0
  /// The permissions that new files do not get, unless they are set as archived.
  private let umask: UInt16
  /// Whether some directory that was there gives an access control list to what is made in it.
  private let areListsInherited = Atomic(false)

  init(
    _ options: RestoreOptions, source: any BlockSource, counters: RestoreCounters, umask: UInt16
  ) {
    self.options = options
    self.source = source
    self.counters = counters
    self.umask = umask
    owners = OwnerNumbers(prefersNumbers: options.prefersNumbers)
  }

  /// The permissions that a new file is to have, set-id bits apart.
  func permissions(of item: Item) -> UInt16 {
    options.setsPermissions ? item.permissions : item.permissions & 0o777 & ~umask
  }

  /// The permissions with which a new file is made: where nothing is against it, those that it is to
  /// have, so that they need not be set.
  func firstPermissions(of item: Item) -> UInt16 {
    setsAttributes(of: item) ? 0o600 : permissions(of: item) & 0o777
  }

  /// Looks whether a directory that was there gives an access control list to what is made in it.
  ///
  /// Whoever that lets in was not let in by what was archived: so new files do not keep it.
  func enter(existing directory: DirectoryHandle) {
    guard options.setsAttributes, options.setsPermissions,
      (try? directory.attribute(AccessControlList.inherited)) != nil
    else { return }
    areListsInherited.store(true, ordering: .relaxed)
  }

  /// Has a new directory give no list to what is made in it.
  func enter(new directory: FileSubject) throws(RestoreError) {
    guard areListsInherited.load(ordering: .relaxed) else { return }
    try attempt("remove access control list") { () throws(Errno) in try directory.removeLists() }
  }

  private func setsAttributes(of item: Item) -> Bool {
    options.setsAttributes && item.hasAttributes
  }

  /// Sets everything.
  ///
  /// What cannot be set does not keep the rest from being set.
  ///
  /// - Parameter permissions: what the file gets, where not what the archive says.
  /// - Returns: what could not be set.
  func set(
    _ item: Item, on file: FileSubject, permissions: UInt16? = nil
  ) -> [RestoreError] {
    var errors: [RestoreError] = []
    func note(_ body: () throws(RestoreError) -> Void) {
      do throws(RestoreError) { try body() } catch { errors.append(error) }
    }
    // Most new files are whose they should be, and as they should be: to ask costs a tenth of what
    // setting it does.
    let made = file.isNew ? try? file.status() : nil
    if options.setsOwners { note { () throws(RestoreError) in try setOwner(item, file, made) } }
    let hasList = file.isNew && item.kind != .link && areListsInherited.load(ordering: .relaxed)
    if hasList { note { () throws(RestoreError) in try enter(new: file) } }
    let setsAttributes = setsAttributes(of: item)
    if setsAttributes { errors += setAttributes(item, file) }
    // A list of who may do what may have changed the permissions.
    let found = setsAttributes || hasList ? nil : made?.permissions
    let wanted = permissions ?? self.permissions(of: item)
    if item.kind != .link, wanted != found {
      note { () throws(RestoreError) in try setPermissions(wanted, item, file) }
    }
    if options.setsTimes { note { () throws(RestoreError) in try setTimes(item, file) } }
    return errors
  }

  /// - Parameter made: what a new file has already.
  private func setOwner(
    _ item: Item, _ file: FileSubject, _ made: FileStatus?
  ) throws(RestoreError) {
    let (user, group) = (owners.user(of: item), owners.group(of: item))
    guard user ?? made?.user != made?.user || group ?? made?.group != made?.group else { return }
    try attempt("set owner") { () throws(Errno) in try file.setOwner(user: user, group: group) }
  }

  private func setPermissions(
    _ permissions: UInt16, _ item: Item, _ file: FileSubject
  ) throws(RestoreError) {
    try attempt("set permissions") { () throws(Errno) in
      let allowed = try permissions & ~forbiddenBits(in: permissions, item, file)
      if allowed != permissions { counters.setIDsLeftOut.add() }
      try file.setPermissions(allowed)
    }
  }

  /// The set-id bits that the file may not have: a program must not run as somebody it was
  /// never meant to run as.
  private func forbiddenBits(
    in permissions: UInt16, _ item: Item, _ file: FileSubject
  ) throws(Errno) -> UInt16 {
    let (setUser, setGroup): (UInt16, UInt16) = (0o4000, 0o2000)
    let setID = setUser | setGroup
    // On a directory the bits let nothing run.
    guard permissions & setID != 0, item.kind != .directory else { return 0 }
    let status = try file.status()
    var bits: UInt16 = 0
    if owners.user(of: item) != status.user { bits |= setUser }
    if owners.group(of: item) != status.group { bits |= setGroup }
    return bits
  }

  private func setTimes(_ item: Item, _ file: FileSubject) throws(RestoreError) {
    try attempt("set times") { () throws(Errno) in
      try file.setTimes(
        accessed: FileStatus.Time(item.accessed), modified: FileStatus.Time(item.modified))
    }
  }

  private func setAttributes(_ item: Item, _ file: FileSubject) -> [RestoreError] {
    let list: [ExtendedAttribute]
    do throws(ArchiveError) {
      list = try item.extendedAttributes(in: source)
    } catch {
      return [.archive(error)]
    }
    return list.compactMap { attribute in
      do throws(Errno) {
        try file.directory.setAttribute(
          attribute.name, to: attribute.value, of: file.name)
        return nil
      } catch .notPermitted where !isRoot {
        // trusted.*, security.* and the like.
        counters.attributesLeftOut.add()
        return nil
      } catch {
        return .system("set attribute \(PathText.quoted(attribute.name))", error)
      }
    }
  }
}

extension FileStatus.Time {
  init(_ time: FileTime) {
    self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
  }
}
