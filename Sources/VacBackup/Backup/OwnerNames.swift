internal import Posix

/// The names of owners and groups, each looked up once: by the thread that writes records.
struct OwnerNames {
  private var users: [UInt32: [UInt8]] = [:]
  private var groups: [UInt32: [UInt8]] = [:]

  /// A user's name; the number in decimal, as plan9port prints it, where there is none.
  mutating func user(_ id: UInt32) -> [UInt8] {
    if let name = users[id] { return name }
    let name = Accounts.userName(of: id) ?? Self.text(of: id)
    users[id] = name
    return name
  }

  /// A group's name; the number in decimal, as plan9port prints it, where there is none.
  mutating func group(_ id: UInt32) -> [UInt8] {
    if let name = groups[id] { return name }
    let name = Accounts.groupName(of: id) ?? Self.text(of: id)
    groups[id] = name
    return name
  }

  private static func text(of id: UInt32) -> [UInt8] { Array("\(Int32(bitPattern: id))".utf8) }
}
