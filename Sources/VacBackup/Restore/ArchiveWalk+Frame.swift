internal import VacArchive
internal import VentiCore

extension ArchiveWalk {
  /// Where a directory was when its pages were let go.
  struct Bookmark {
    /// Pages before the current one.
    let pageCount: Int
    let hasFollowing: Bool
    let isAtEnd: Bool
  }

  /// A directory that the walk is in.
  struct Frame {
    /// What is still to be read; nil at the end.
    var reading: Reading?
    /// Where the directory is in the archive.
    let origin: DirectoryReference?
    let scope: Selection.Scope
    var page: Page?
    /// The page after that one: its files are asked for in time.
    var following: Page?
    /// The next file of the page.
    var next = 0
    /// Pages that have been read.
    var pageCount = 0
    var bookmark: Bookmark?
    /// The files before this one, counted on from the page to the one after it, have been asked for.
    var asked = 0
    var faults: [RestoreError] = []
    var toldCount = 0
    var untoldCount = 0
    /// Whether all records so far could be read.
    var isComplete: Bool
    /// The length of `path` in this directory.
    let pathCount: Int

    init(
      reading: ArchiveWalk.Reading?, origin: DirectoryReference?, scope: Selection.Scope,
      pathCount: Int
    ) {
      self.reading = reading
      self.origin = origin
      self.scope = scope
      isComplete = reading != nil
      self.pathCount = pathCount
    }

    /// The page, if all of the directory is on it, and part of the selection.
    var onlyPage: Page? {
      let isAll = scope.isWhole && scope.branch == nil && isComplete && faults.isEmpty
      return isAll && next == 0 && pageCount == 1 && reading == nil ? page : nil
    }

    mutating func add(_ fault: RestoreError) {
      if toldCount < faultLimit {
        faults.append(fault)
        toldCount += 1
      } else {
        untoldCount += 1
      }
    }

    mutating func add(_ directory: Directory) {
      for omission in directory.omissions { add(.omission(omission)) }
      untoldCount += directory.omissionCount - directory.omissions.count
      if !directory.isComplete { isComplete = false }
    }

    /// Notes that there is no more to read.
    mutating func end() {
      reading = nil
      if untoldCount > 0 { faults.append(.moreOmissions(untoldCount)) }
      untoldCount = 0
    }

    /// Lets go of the pages until the walk comes back.
    mutating func close() {
      guard page != nil, bookmark == nil else { return }
      defer { (self.page, following, reading) = (nil, nil, nil) }
      let held = following == nil ? 1 : 2
      bookmark = Bookmark(
        pageCount: pageCount - held, hasFollowing: following != nil, isAtEnd: reading == nil)
    }
  }
}

// Of a tree that is very deep, the directories far above are in a temporary file.
extension ArchiveWalk.Frame {
  private enum Flag {
    static let isWhole: UInt8 = 1
    static let hasBranch: UInt8 = 2
    static let hasOrigin: UInt8 = 4
    static let isComplete: UInt8 = 8
    static let hasBookmark: UInt8 = 16
    static let hasFollowing: UInt8 = 32
    static let isAtEnd: UInt8 = 64
  }

  /// The frame without its pages; faults have been told before the walk has gone down.
  var closedBytes: [UInt8] {
    var frame = self
    frame.close()
    let flags = [
      scope.isWhole, scope.branch != nil, origin != nil, isComplete, frame.bookmark != nil,
      frame.bookmark?.hasFollowing ?? false, frame.bookmark?.isAtEnd ?? false,
    ]
    var writer = ByteWriter(capacity: 180)
    writer.uint8(flags.reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) })
    let numbers = [
      scope.branch ?? 0, next, pageCount, asked, toldCount, untoldCount, pathCount,
      frame.bookmark?.pageCount ?? 0,
    ]
    for number in numbers { writer.uint64(UInt64(number)) }
    if let origin { writer.raw(origin.bytes) }
    return writer.bytes
  }

  init(parsing bytes: [UInt8]) throws(FormatError) {
    var reader = ByteReader(Block(bytes).bytes, of: "directory")
    let flags = try reader.uint8()
    var numbers: [Int] = []
    for _ in 0..<8 { numbers.append(try Int(clamping: reader.uint64())) }
    let has = { (flag: UInt8) in flags & flag != 0 }
    origin = has(Flag.hasOrigin) ? try DirectoryReference(&reader) : nil
    scope = Selection.Scope(
      isWhole: has(Flag.isWhole), branch: has(Flag.hasBranch) ? numbers[0] : nil)
    (next, pageCount, asked) = (numbers[1], numbers[2], numbers[3])
    (toldCount, untoldCount, pathCount) = (numbers[4], numbers[5], numbers[6])
    isComplete = has(Flag.isComplete)
    guard has(Flag.hasBookmark) else { return }
    bookmark = ArchiveWalk.Bookmark(
      pageCount: numbers[7], hasFollowing: has(Flag.hasFollowing), isAtEnd: has(Flag.isAtEnd))
  }
}
