internal import Posix

/// The names of owners and groups, each looked up once: by the thread that writes records.
struct OwnerNames {
  private var users = Names { Accounts.userName(of: $0) }
  private var groups = Names { Accounts.groupName(of: $0) }

  /// A user's name; the number in decimal, as plan9port prints it, where there is none.
  mutating func user(_ id: UInt32) -> [UInt8] { users[id] }

  /// A group's name; the number in decimal, as plan9port prints it, where there is none.
  mutating func group(_ id: UInt32) -> [UInt8] { groups[id] }

  private struct Names {
    let find: @Sendable (UInt32) -> [UInt8]?
    private var names: [UInt32: [UInt8]] = [:]
    /// Most files have the owner of the file before.
    private var last: (id: UInt32, name: [UInt8])?

    init(_ find: @escaping @Sendable (UInt32) -> [UInt8]?) {
      self.find = find
    }

    subscript(id: UInt32) -> [UInt8] {
      mutating get {
        if let last, last.id == id { return last.name }
        let name = names[id] ?? find(id) ?? Array("\(Int32(bitPattern: id))".utf8)
        names[id] = name
        last = (id, name)
        return name
      }
    }
  }
}
