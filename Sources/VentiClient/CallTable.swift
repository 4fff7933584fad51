import NIOCore
import Posix
import VentiCore
import VentiWire

/// The calls that are in flight on one connection, by tag.
struct CallTable {
  /// What a tag is in use for.
  enum Entry {
    case hello
    case call(Call)
    /// The connection's own sync, for the first `count` of its stored writes.
    case sync(count: Int)
    /// A call whose caller has given up. The tag is taken until the reply comes.
    case abandoned(since: NIODeadline)
  }

  private var entries = [Entry?](repeating: nil, count: WireLimits.tagCount)
  // The tag that was freed last is used next: a hello on a new connection has tag 0.
  private var freeTags = (0..<WireLimits.tagCount).reversed().map { UInt8($0) }

  /// Tags in use.
  var count: Int { entries.count - freeTags.count }

  /// Whether a sync is in flight, which takes the server longer than other calls.
  var hasSync: Bool {
    entries.contains { entry in
      switch entry {
      case .sync, .call(.sync): true
      default: false
      }
    }
  }

  /// Takes a tag for `entry`; nil when none is free.
  mutating func insert(_ entry: Entry) -> UInt8? {
    guard let tag = freeTags.popLast() else { return nil }
    entries[Int(tag)] = entry
    return tag
  }

  /// Frees a tag and returns what it was in use for; nil if it was not.
  mutating func remove(_ tag: UInt8) -> Entry? {
    guard let entry = entries[Int(tag)] else { return nil }
    entries[Int(tag)] = nil
    freeTags.append(tag)
    return entry
  }

  /// Takes out the calls whose deadline has passed, and leaves their tags abandoned.
  mutating func abandonExpired(at now: NIODeadline) -> [Call] {
    var expired: [Call] = []
    for index in entries.indices {
      guard case .call(let call) = entries[index], call.deadline?.hasPassed == true else {
        continue
      }
      entries[index] = .abandoned(since: now)
      expired.append(call)
    }
    return expired
  }

  /// Whether a reply that its caller has given up has not come since `limit`.
  func hasAbandoned(since limit: NIODeadline) -> Bool {
    entries.contains { entry in
      if case .abandoned(let since) = entry { since <= limit } else { false }
    }
  }

  /// Frees every tag and returns the calls that had one.
  mutating func removeAll() -> [Call] {
    defer { self = CallTable() }
    return entries.compactMap { entry in
      if case .call(let call) = entry { call } else { nil }
    }
  }
}
