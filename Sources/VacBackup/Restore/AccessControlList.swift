internal import Posix
internal import SystemPackage
internal import VacArchive

/// Access control lists of POSIX, which Linux shows as extended attributes: acl(5).
enum AccessControlList {
  /// Who may do what with a file beside owner, group and others.
  static let access = Array("system.posix_acl_access".utf8)
  /// What is made in a directory gets this list.
  static let inherited = Array("system.posix_acl_default".utf8)

  /// Whether an attribute is one of them.
  static func isList(_ attribute: [UInt8]) -> Bool {
    attribute == access || attribute == inherited
  }
}

extension FileSubject {
  /// Takes away the lists that a new file has got from the directory it was made in.
  func removeLists() throws(Errno) {
    for list in [AccessControlList.access, AccessControlList.inherited] {
      do throws(Errno) {
        try removeAttribute(list)
      } catch {
        guard error == .noData || error == .notSupported else { throw error }
      }
    }
  }
}
