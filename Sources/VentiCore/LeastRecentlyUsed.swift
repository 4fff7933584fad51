/// A dictionary that forgets what was not used for longest once its values cost too much.
public struct LeastRecentlyUsed<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  // Inlined into other modules, where it is compiled for the types of its keys and values.
  @usableFromInline
  struct Slot: Sendable {
    @usableFromInline var key: Key
    @usableFromInline var value: Value
    @usableFromInline var cost: Int
    @usableFromInline var newer: Int?
    @usableFromInline var older: Int?

    @usableFromInline
    init(key: Key, value: Value, cost: Int) {
      self.key = key
      self.value = value
      self.cost = cost
    }
  }

  // A doubly linked list through an array: no allocation per use, no reference counts.
  @usableFromInline var slots: [Slot?] = []
  @usableFromInline var unused: [Int] = []
  @usableFromInline var places: [Key: Int] = [:]
  @usableFromInline var newest: Int?
  @usableFromInline var oldest: Int?

  /// The most that all values may cost together.
  public let capacity: Int
  /// What all values cost together.
  public var cost: Int { totalCost }
  @usableFromInline var totalCost = 0
  /// The number of values.
  @inlinable public var count: Int { places.count }

  /// Makes an empty dictionary whose values may cost `capacity` together.
  public init(capacity: Int) {
    self.capacity = capacity
  }

  /// Returns the value of a key, and counts that as a use of it.
  @inlinable
  public mutating func value(for key: Key) -> Value? {
    guard let place = places[key] else { return nil }
    if place != newest {
      unlink(place)
      linkAsNewest(place)
    }
    return slots[place]?.value
  }

  /// Enters a value, in place of an older one of the same key, and forgets what no longer fits.
  ///
  /// A value that costs more than `capacity` is not kept.
  @inlinable
  public mutating func insert(_ value: Value, for key: Key, cost: Int) {
    remove(key)
    guard cost <= capacity else { return }
    totalCost += cost
    let place = takePlace(for: Slot(key: key, value: value, cost: cost))
    places[key] = place
    linkAsNewest(place)
    while totalCost > capacity, let oldest, let slot = slots[oldest] { remove(slot.key) }
  }

  /// Forgets a key.
  @inlinable
  public mutating func remove(_ key: Key) {
    guard let place = places.removeValue(forKey: key) else { return }
    unlink(place)
    totalCost -= slots[place]?.cost ?? 0
    slots[place] = nil
    unused.append(place)
  }

  @inlinable
  mutating func takePlace(for slot: Slot) -> Int {
    if let place = unused.popLast() {
      slots[place] = slot
      return place
    }
    slots.append(slot)
    return slots.count - 1
  }

  @inlinable
  mutating func linkAsNewest(_ place: Int) {
    slots[place]?.older = newest
    slots[place]?.newer = nil
    if let newest { slots[newest]?.newer = place }
    newest = place
    if oldest == nil { oldest = place }
  }

  @inlinable
  mutating func unlink(_ place: Int) {
    guard let slot = slots[place] else { return }
    if let newer = slot.newer { slots[newer]?.older = slot.older } else { newest = slot.older }
    if let older = slot.older { slots[older]?.newer = slot.newer } else { oldest = slot.newer }
  }
}
