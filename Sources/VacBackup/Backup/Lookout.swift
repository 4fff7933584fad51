/// What a walk knows of having to wait for what the system says, and who goes ahead of it then.
struct Lookout: Sendable {
  /// Steps between two looks.
  private static let stepLimit = 32
  /// How often the walk must have had to wait before scouts go.
  private static let waitLimit = 3

  /// Nil for a walk that goes alone, however long it takes.
  let scouts: Scouts?
  /// Whether they are ahead of the walk.
  private(set) var isScouting = false

  private var stepCount = 0
  private var isHurried = false
  private var waitCount = 0
  private var meter = WaitMeter()

  init(_ scouts: Scouts?) {
    self.scouts = scouts
  }

  /// Goes on after the walk has waited for others.
  mutating func resume() {
    if scouts != nil { meter.resume() }
  }

  /// Stops before the walk waits for others.
  mutating func pause() {
    if scouts != nil { look() }
  }

  /// Has the walk look about at its next step.
  mutating func hurry() {
    isHurried = true
  }

  /// Counts a step.
  ///
  /// - Returns: whether it is time to tell scouts where the walk is.
  mutating func step() -> Bool {
    stepCount += 1
    guard stepCount >= Self.stepLimit || (isHurried && isScouting), scouts != nil else {
      return false
    }
    look()
    return isScouting
  }

  /// Has the scouts rest until the walk has had to wait again.
  mutating func rest() {
    (isScouting, waitCount) = (false, 0)
  }

  private mutating func look() {
    if meter.hasWaited(forAnswers: stepCount) { waitCount += 1 }
    (stepCount, isHurried) = (0, false)
    isScouting = isScouting || waitCount >= Self.waitLimit
  }
}
