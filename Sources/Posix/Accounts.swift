import Glibc

/// The users and groups that this machine knows.
public enum Accounts {
  /// The number of a user, by name; nil when the machine knows no such user.
  ///
  /// May read files or ask a directory service: remember the answer.
  public static func userID(of name: String) -> UInt32? {
    unsafe lookUp { buffer, size, found in
      var record = unsafe passwd()
      var result: UnsafeMutablePointer<passwd>?
      let status = unsafe getpwnam_r(name, &record, buffer, size, &result)
      found = unsafe result.map { unsafe $0.pointee.pw_uid }
      return status
    }
  }

  /// The number of a group, by name; nil when the machine knows no such group.
  ///
  /// May read files or ask a directory service: remember the answer.
  public static func groupID(of name: String) -> UInt32? {
    unsafe lookUp { buffer, size, found in
      var record = unsafe group()
      var result: UnsafeMutablePointer<group>?
      let status = unsafe getgrnam_r(name, &record, buffer, size, &result)
      found = unsafe result.map { unsafe $0.pointee.gr_gid }
      return status
    }
  }

  /// The name of a user, by number; nil when the machine knows no such user.
  ///
  /// May read files or ask a directory service: remember the answer.
  public static func userName(of id: UInt32) -> [UInt8]? {
    unsafe lookUp { buffer, size, found in
      var record = unsafe passwd()
      var result: UnsafeMutablePointer<passwd>?
      let status = unsafe getpwuid_r(id, &record, buffer, size, &result)
      found = unsafe result.map { unsafe bytes(of: $0.pointee.pw_name) }
      return status
    }
  }

  /// The name of a group, by number; nil when the machine knows no such group.
  ///
  /// May read files or ask a directory service: remember the answer.
  public static func groupName(of id: UInt32) -> [UInt8]? {
    unsafe lookUp { buffer, size, found in
      var record = unsafe group()
      var result: UnsafeMutablePointer<group>?
      let status = unsafe getgrgid_r(id, &record, buffer, size, &result)
      found = unsafe result.map { unsafe bytes(of: $0.pointee.gr_name) }
      return status
    }
  }

  private static func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
    unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  /// The user that this process runs as.
  public static var effectiveUserID: UInt32 { geteuid() }

  /// The group that this process runs as.
  public static var effectiveGroupID: UInt32 { getegid() }

  /// Runs a look-up with a buffer that grows until the record fits.
  private static func lookUp<Found>(
    _ body: (_ buffer: UnsafeMutablePointer<CChar>, _ size: Int, _ found: inout Found?) -> Int32
  ) -> Found? {
    var size = 1024
    let largest = 1 << 20
    while size <= largest {
      let buffer = UnsafeMutablePointer<CChar>.allocate(capacity: size)
      defer { unsafe buffer.deallocate() }
      var found: Found?
      let status = unsafe body(buffer, size, &found)
      switch status {
      case 0: return found
      case ERANGE: size *= 4
      case EINTR: continue
      default: return nil
      }
    }
    return nil
  }
}
