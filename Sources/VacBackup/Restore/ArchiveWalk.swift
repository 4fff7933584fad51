package import VacArchive
package import VentiCore

/// A walk over the selected files of an archive, directories before what is in them.
///
/// Directories are read along with the walk, a block of records at a time: memory is that for two
/// blocks in each of the deepest directories above, however many files there are; those further up
/// are read again when the walk comes back to them, and what is known of them is set aside. What cannot be read does not end the walk: the
/// step `fault` says what is lost. Any depth of directories takes no more of the stack than one.
package struct ArchiveWalk {
  /// What the walk meets; `path` says where.
  package enum Step {
    /// A directory; what is in it follows, up to `leave`.
    case enter(Item)
    /// Everything that is no directory.
    case file(Item)
    /// All in the directory has been met: it is told of again, where that can still be read.
    case leave(Item?)
    /// Part of the directory in which the walk is cannot be read.
    case fault(RestoreError)
  }

  /// In which order the files of one block of records come; the blocks come as they stand.
  package enum Order: Sendable {
    /// As the records stand: `ArchiveOrder`, in what we and plan9port write.
    case archive
    /// As the files were written, so that a store is read from the front to the back.
    case numbers
  }

  /// The files of one block of records.
  struct Page {
    let directory: Directory
    /// Places in the table, in the order of the walk.
    let positions: [Int]

    init(_ directory: Directory, _ order: Order) {
      self.directory = directory
      positions =
        switch order {
        case .archive: directory.archiveOrder
        case .numbers:
          (0..<directory.count).sorted { directory.number(at: $0) < directory.number(at: $1) }
        }
    }
  }

  /// The rest of a directory: apart, since in a deep tree few have one.
  final class Reading {
    var scan: DirectoryScan

    init(_ scan: DirectoryScan) {
      self.scan = scan
    }

    func next() throws(ArchiveError) -> Directory? { try scan.next() }
  }

  /// Faults of a directory that are told one by one.
  static let faultLimit = 100
  /// Files that are asked for before they are met.
  private static let filesAhead = 64

  /// The path of what the last step was about.
  package private(set) var path: WalkPath
  /// Whether all records could be read of the directory that was left last, the top one in the end.
  package private(set) var wasComplete = true

  private let source: any BlockSource
  private let selection: Selection
  private let order: Order
  private let asksForFiles: Bool
  private var frames: DeepStack<Frame>
  private var met: Set<Int> = []

  /// Begins a walk in the top directory, which is not itself a step.
  ///
  /// - Parameters:
  ///   - asksForFiles: whether the contents of files will be read as well, so that `source` is
  ///     to be asked for them ahead.
  ///   - scratch: where that goes what is known of directories far above.
  package init(
    _ archive: Archive, in source: any BlockSource, selection: Selection = Selection(),
    order: Order = .archive, asksForFiles: Bool = false, scratch: Scratch = Scratch()
  ) throws(RestoreError) {
    self.source = source
    self.selection = selection
    self.order = order
    self.asksForFiles = asksForFiles
    path = WalkPath(scratch)
    frames = DeepStack(
      scratch, limit: scratch.depthLimit, encode: \.closedBytes,
      decode: { bytes throws(FormatError) in try Frame(parsing: bytes) })
    met.formUnion(selection.arguments(naming: selection.top))
    let opened = try open(archive.directory)
    try push(
      opened, archive.directory, selection.top, fault: archive.topFault.map { .archive($0) })
  }

  /// The paths that were asked for and not met so far.
  package var missing: [[UInt8]] {
    selection.arguments.enumerated().filter { !met.contains($0.offset) }.map(\.element)
  }

  /// Goes to the next file.
  ///
  /// - Returns: nil after the last one.
  /// - Throws: when nothing more of the archive can be read at all.
  package mutating func next() throws(RestoreError) -> Step? {
    while frames.count > 0 {
      path.cut(to: frames.last.pathCount)
      if let bookmark = frames.last.bookmark { try reopen(bookmark) }
      if let fault = frames.last.faults.first {
        frames.last.faults.removeFirst()
        return .fault(fault)
      }
      guard let page = frames.last.page else {
        wasComplete = frames.last.isComplete
        return try leave()
      }
      guard frames.last.next < page.positions.count else {
        try turnPage()
        continue
      }
      askAhead()
      let item = page.directory[page.positions[frames.last.next]]
      frames.last.next += 1
      if let scope = selection.scope(of: item.name, in: frames.last.scope) {
        return try visit(item, scope)
      }
    }
    return nil
  }

  /// Whether all that is in the directory where the walk is, is part of the selection.
  package var isWholeDirectory: Bool { frames.count > 0 && frames.last.scope.isWhole }

  /// Passes over what is in the directory just entered; there is no step `leave` for it.
  package mutating func skipDirectory() throws(RestoreError) { try pop() }

  /// Takes all files of the directory just entered, if they are wanted together: there are no steps for
  /// them then, nor a step `leave`.
  ///
  /// - Parameter areWanted: is asked only where all are at hand and part of the selection, and no
  ///   directory is among them.
  mutating func takeFiles(
    if areWanted: ([Item]) -> Bool
  ) throws(RestoreError) -> [Item]? {
    guard let page = frames.last.onlyPage, page.directory.subdirectoryCount == 0 else { return nil }
    let files = page.positions.map { page.directory[$0] }
    guard areWanted(files) else { return nil }
    askAhead()
    try pop()
    return files
  }

  /// Goes back to the directory above.
  private mutating func leave() throws(RestoreError) -> Step? {
    try pop()
    guard frames.count > 0 else { return nil }
    if let bookmark = frames.last.bookmark { try reopen(bookmark) }
    guard let page = frames.last.page else { return .leave(nil) }
    return .leave(page.directory[page.positions[frames.last.next - 1]])
  }

  private mutating func pop() throws(RestoreError) {
    _ = try keeping { () throws(ScratchError) in try frames.pop() }
  }

  private mutating func visit(
    _ item: Item, _ scope: Selection.Scope
  ) throws(RestoreError) -> Step {
    met.formUnion(selection.arguments(naming: scope))
    try keeping { () throws(ScratchError) in try path.append(item.name) }
    guard item.kind == .directory else { return .file(item) }
    do throws(RestoreError) {
      switch item.contents {
      case .directory(let reference): try push(open(reference), reference, scope)
      case .damaged(let error): try push(nil, nil, scope, fault: .archive(error))
      case .stream: try push(nil, nil, scope)
      }
    } catch {
      if error.endsEverything { throw error }
      try push(nil, nil, scope, fault: error)
    }
    return .enter(item)
  }

  private func open(_ reference: DirectoryReference) throws(RestoreError) -> Reading {
    try reading { () throws(ArchiveError) in
      Reading(try DirectoryScan(reference, in: source))
    }
  }

  private mutating func push(
    _ reading: Reading?, _ reference: DirectoryReference?, _ scope: Selection.Scope,
    fault: RestoreError? = nil
  ) throws(RestoreError) {
    var frame = Frame(
      reading: reading, origin: reference, scope: scope, pathCount: path.count)
    if let fault { frame.add(fault) }
    try keeping { () throws(ScratchError) in try frames.push(frame) }
    try turnPage()
    if frames.last.page == nil { try turnPage() }
  }

  // MARK: - Pages

  /// Goes on to the following page, and reads the one after it.
  private mutating func turnPage() throws(RestoreError) {
    frames.last.asked = max(0, frames.last.asked - (frames.last.page?.positions.count ?? 0))
    frames.last.next = 0
    frames.last.page = frames.last.following
    frames.last.following = try readPage()
  }

  private mutating func readPage() throws(RestoreError) -> Page? {
    do throws(RestoreError) {
      let directory = try reading { () throws(ArchiveError) in
        try frames.last.reading?.next()
      }
      if let directory {
        frames.last.add(directory)
        frames.last.pageCount += 1
        return Page(directory, order)
      }
    } catch {
      if error.endsEverything { throw error }
      frames.last.add(error)
      frames.last.isComplete = false
    }
    frames.last.end()
    return nil
  }

  /// Reads the pages again that were let go; what there is to tell of them has been told.
  private mutating func reopen(_ bookmark: Bookmark) throws(RestoreError) {
    frames.last.bookmark = nil
    guard let origin = frames.last.origin else { return }
    do throws(RestoreError) {
      let reopened = try open(origin)
      let (page, following) = try reading { () throws(ArchiveError) -> (Directory?, Directory?) in
        for _ in 0..<bookmark.pageCount { _ = try reopened.next() }
        return (try reopened.next(), bookmark.hasFollowing ? try reopened.next() : nil)
      }
      frames.last.page = page.map { Page($0, order) }
      frames.last.following = following.map { Page($0, order) }
      frames.last.reading = bookmark.isAtEnd ? nil : reopened
    } catch {
      if error.endsEverything { throw error }
      frames.last.add(error)
      frames.last.isComplete = false
    }
  }

  /// Asks for the first blocks of the files that come next.
  private mutating func askAhead() {
    // No copy of the frame: this is done for each file.
    let (next, asked) = (frames.last.next, frames.last.asked)
    guard asked <= next + Self.filesAhead / 2, let page = frames.last.page else { return }
    let following = frames.last.following
    let here = page.positions.count
    let end = min(here + (following?.positions.count ?? 0), next + Self.filesAhead)
    guard asked < end else { return }
    frames.last.asked = end
    let scope = frames.last.scope
    var tops = tops(in: page, asked..<end, scope)
    if let following { tops += self.tops(in: following, asked - here..<end - here, scope) }
    if !tops.isEmpty { source.prefetch(tops) }
  }

  /// The first blocks of files of a page; numbers that are not of the page mean nothing.
  private func tops(
    in page: Page, _ numbers: Range<Int>, _ scope: Selection.Scope
  ) -> [BlockAddress] {
    let directory = page.directory
    return numbers.clamped(to: page.positions.indices).flatMap { number -> [BlockAddress] in
      let position = page.positions[number]
      guard asksForFiles || directory.kind(at: position) == .directory,
        scope.isWhole || selection.scope(of: directory.name(at: position), in: scope) != nil
      else { return [] }
      return directory[position].tops
    }
  }
}
