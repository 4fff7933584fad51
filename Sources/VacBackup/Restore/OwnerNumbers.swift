internal import Posix
internal import VacArchive

/// The numbers that an archive's owners have on this machine.
final class OwnerNumbers: Sendable {
  private let prefersNumbers: Bool
  private let users: NameTable
  private let groups: NameTable

  /// - Parameter prefersNumbers: whether recorded numbers go before names.
  init(prefersNumbers: Bool) {
    self.prefersNumbers = prefersNumbers
    users = NameTable { Accounts.userID(of: $0) }
    groups = NameTable { Accounts.groupID(of: $0) }
  }

  /// The user who owns a file; nil when this machine has no such user, and no number is recorded.
  func user(of item: Item) -> UInt32? {
    choose(item.unix?.owner?.user) { users.number(of: item.owner) }
  }

  /// The group of a file; nil when this machine has no such group, and no number is recorded.
  func group(of item: Item) -> UInt32? {
    choose(item.unix?.owner?.group) { groups.number(of: item.group) }
  }

  private func choose(_ recorded: UInt32?, _ named: () -> UInt32?) -> UInt32? {
    if prefersNumbers, let recorded { return recorded }
    return named() ?? recorded
  }
}

/// Names, each looked up once.
private final class NameTable: Sendable {
  private let lookUp: @Sendable (String) -> UInt32?
  private let known = Monitor<[[UInt8]: UInt32?]>([:])

  init(lookUp: @escaping @Sendable (String) -> UInt32?) {
    self.lookUp = lookUp
  }

  func number(of name: [UInt8]) -> UInt32? {
    if let number = known.withLock({ $0[name] }) { return number }
    // Not under the lock: a directory service may be asked.
    let text = String(decoding: name, as: UTF8.self)
    // vac prints the number of an owner without a name, as a signed one: -2 is 4294967294.
    let number = UInt32(text) ?? Int32(text).map { UInt32(bitPattern: $0) } ?? lookUp(text)
    known.withLock { $0[name] = .some(number) }
    return number
  }
}
