/// What `LogFollower` remembers.
struct LogMemory: Sendable {
  private struct Place: Sendable {
    let window: Int
    let offset: Int
  }

  private struct Entry: Sendable {
    let window: LogWindow
    /// How often a block was found in it.
    var useCount = 0
  }

  /// The windows, oldest first, numbered from `firstNumber`.
  private var windows: [Entry] = []
  private var firstNumber = 0
  private var places: [BlockKey: Place] = [:]
  /// The trails, longest ago first.
  private var trails: [LogTrail] = []
  private var trailCount = 0

  /// The window that has a block, and where in it.
  mutating func find(_ key: BlockKey) -> (LogWindow, offset: Int)? {
    guard let place = places[key] else { return nil }
    windows[place.window - firstNumber].useCount += 1
    return (windows[place.window - firstNumber].window, place.offset)
  }

  mutating func forget(_ key: BlockKey) {
    places[key] = nil
  }

  /// The trail that leads to a clump, to be read on by the caller alone; nil when the clump should
  /// be read on its own.
  mutating func trail(to offset: Int, in arena: Arena) -> LogTrail? {
    guard let index = trails.firstIndex(where: { $0.leads(to: offset, in: arena) }) else {
      let isKnown = trails.contains { $0.isAt(offset, in: arena) }
      if !isKnown { begin(at: offset, in: arena.name) }
      return nil
    }
    guard !trails[index].isBusy else { return nil }
    var trail = trails.remove(at: index)
    guard isWorthwhile(trail) else {
      begin(at: offset, in: arena.name)
      return nil
    }
    trail.isBusy = true
    trails.append(trail)
    return trail
  }

  /// Keeps a window, and goes on after it, or from `offset` if it does not come so far: where a
  /// clump is damaged that is before it.
  mutating func insert(_ window: LogWindow, of trail: LogTrail, towards offset: Int) {
    makeRoom()
    let number = firstNumber + windows.count
    windows.append(Entry(window: window))
    for place in window.places { places[place.key] = Place(window: number, offset: place.offset) }
    var next = trail
    next.advance(past: window, number: number)
    if next.start > offset {
      release(next)
    } else {
      end(trail)
      begin(at: offset, in: trail.arena)
    }
  }

  /// Lets others read on.
  mutating func release(_ trail: LogTrail) {
    guard let index = trails.firstIndex(where: { $0.number == trail.number }) else { return }
    trails[index] = trail
    trails[index].isBusy = false
  }

  /// Gives a trail up.
  mutating func end(_ trail: LogTrail) {
    trails.removeAll { $0.number == trail.number }
  }

  private mutating func begin(at offset: Int, in arena: String) {
    if trails.count == LogFollower.trailLimit { trails.removeFirst() }
    trails.append(LogTrail(trailCount, at: offset, in: arena))
    trailCount += 1
  }

  /// Whether the last window of a trail was of use: a quarter of it was asked for.
  private func isWorthwhile(_ trail: LogTrail) -> Bool {
    guard let number = trail.window, number >= firstNumber else { return true }
    let entry = windows[number - firstNumber]
    return 4 * entry.useCount >= entry.window.places.count
  }

  private mutating func makeRoom() {
    guard windows.count == LogFollower.windowLimit else { return }
    for place in windows.removeFirst().window.places
    where places[place.key]?.window == firstNumber {
      places[place.key] = nil
    }
    firstNumber += 1
  }
}
