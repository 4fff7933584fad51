internal import Posix

/// What scouts have to do, and what they have found out.
struct ScoutPlan: Sendable {
  /// Directories that the walk has a handle of here.
  private static let regionLimit = 16
  /// Looks for nothing before the scouts rest.
  private static let vainLookLimit = 64
  /// Names that are remembered until the walk comes there: some megabytes.
  private static let subdirectoryLimit = 1 << 16

  /// From the top of the tree downwards.
  private var regions: [ScoutRegion] = []
  /// The names of directories in those that the walk has not come to.
  private var subdirectories: [FileStatus.Identity: SortedNames] = [:]
  /// Names in them, and of them.
  private var subdirectoryCount = 0
  var threads = 0
  /// Threads that wait for something to do.
  var idle = 0
  /// How often the walk has looked about since anybody had to wait for an answer.
  var vainLooks = 0
  private(set) var isEnded = false

  /// Has nothing more to do.
  mutating func end() {
    isEnded = true
    regions = []
  }

  /// Has the walk be in a directory, and in none below it.
  mutating func leave(below directory: TreeDirectory) {
    while let last = regions.last, last.directory.id != directory.id,
      last.directory.depth >= directory.depth
    {
      regions.removeLast()
    }
  }

  /// Has a directory, which the walk is in, be unknown.
  mutating func forget(_ directory: TreeDirectory) {
    leave(below: directory)
    if knows(directory) { regions.removeLast() }
  }

  /// Whether the names that come next in a directory are there.
  func knows(_ directory: TreeDirectory, at position: Int) -> Bool {
    knows(directory) && regions.last?.isEnough(at: position) == true
  }

  private func knows(_ directory: TreeDirectory) -> Bool {
    regions.last?.directory.id == directory.id
  }

  /// Adds a region, in the place of an earlier one of the same directory.
  mutating func enter(_ region: ScoutRegion) {
    var region = region
    if knows(region.directory) { region.follow(regions.removeLast()) }
    if regions.count == Self.regionLimit { regions.removeFirst() }
    regions.append(region)
  }

  /// Remembers the names of directories in others, of which everything has been asked about.
  mutating func add(_ others: [FileStatus.Identity: SortedNames]) {
    if subdirectoryCount > Self.subdirectoryLimit { forgetSubdirectories() }
    subdirectoryCount += others.values.reduce(0) { $0 + $1.count + 1 }
    subdirectories.merge(others) { _, new in new }
  }

  private mutating func forgetSubdirectories() {
    (subdirectories, subdirectoryCount) = ([:], 0)
  }

  /// What is remembered of a directory that the walk has come to.
  mutating func takeSubdirectories(of directory: TreeDirectory) -> SortedNames? {
    guard let identity = directory.identity,
      let names = subdirectories.removeValue(forKey: identity)
    else { return nil }
    subdirectoryCount -= names.count + 1
    return names
  }

  /// Counts a look at a directory, and has what comes next there be asked about.
  ///
  /// - Returns: false when it is time to rest.
  mutating func look(into directory: TreeDirectory, from position: Int) -> Bool {
    vainLooks += 1
    guard vainLooks < Self.vainLookLimit else {
      (regions, vainLooks) = ([], 0)
      forgetSubdirectories()
      return false
    }
    if knows(directory) { regions[regions.count - 1].move(to: position) }
    return true
  }

  /// The next names of the lowest directory that has any.
  mutating func takeErrand() -> ScoutErrand? {
    guard let place = regions.lastIndex(where: \.hasNames) else { return nil }
    return regions[place].takeErrand()
  }
}
