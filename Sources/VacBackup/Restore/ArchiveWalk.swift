package import VacArchive
package import VentiCore

/// A walk over the selected files of an archive, directories before what is in them.
///
/// Directories are read along with the walk, a block of records at a time: memory is that for two
/// blocks in each directory above, however many files there are. What cannot be read does not end
/// the walk: the step `fault` says what is lost. Any depth of directories takes no more of the stack
/// than one.
package struct ArchiveWalk {
  /// What the walk meets; `path` says where.
  package enum Step {
    /// A directory; what is in it follows, up to `leave`.
    case enter(Item)
    /// Everything that is no directory.
    case file(Item)
    /// All in the directory has been met.
    case leave
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
  private struct Page {
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

  private struct Frame {
    /// What is still to be read; nil at the end.
    var scan: DirectoryScan?
    let scope: Selection.Scope
    var page: Page?
    /// The page after that one: its files are asked for in time.
    var following: Page?
    /// The next file of the page.
    var next = 0
    /// The files before this one, counted on from the page to the one after it, have been asked for.
    var asked = 0
    var faults: [RestoreError] = []
    var toldCount = 0
    var untoldCount = 0
    /// Whether all records so far could be read.
    var isComplete: Bool
    /// The length of `path` in this directory.
    let pathCount: Int

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
      scan = nil
      if untoldCount > 0 { faults.append(.moreOmissions(untoldCount)) }
      untoldCount = 0
    }
  }

  /// Faults of a directory that are told one by one.
  private static let faultLimit = 100
  /// Files that are asked for before they are met.
  private static let filesAhead = 64

  /// The path of what the last step was about.
  package private(set) var path: [UInt8] = []
  /// Whether all records could be read of the directory that was left last, the top one in the end.
  package private(set) var wasComplete = true

  private let source: any BlockSource
  private let selection: Selection
  private let order: Order
  private let asksForFiles: Bool
  private var frames: [Frame] = []
  private var met: Set<Int> = []

  /// Begins a walk in the top directory, which is not itself a step.
  ///
  /// - Parameters:
  ///   - asksForFiles: whether the contents of files will be read as well, so that `source` is
  ///     to be asked for them ahead.
  package init(
    _ archive: Archive, in source: any BlockSource, selection: Selection = Selection(),
    order: Order = .archive, asksForFiles: Bool = false
  ) throws(RestoreError) {
    self.source = source
    self.selection = selection
    self.order = order
    self.asksForFiles = asksForFiles
    met.formUnion(selection.arguments(naming: selection.top))
    let scan = try reading { () throws(ArchiveError) in
      try DirectoryScan(archive.directory, in: source)
    }
    try push(scan, selection.top, fault: archive.topFault.map { .archive($0) })
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
    while let place = frames.indices.last {
      path.removeLast(path.count - frames[place].pathCount)
      if let fault = frames[place].faults.first {
        frames[place].faults.removeFirst()
        return .fault(fault)
      }
      guard let page = frames[place].page else {
        wasComplete = frames[place].isComplete
        frames.removeLast()
        return frames.isEmpty ? nil : .leave
      }
      guard frames[place].next < page.positions.count else {
        try turnPage()
        continue
      }
      askAhead()
      let item = page.directory[page.positions[frames[place].next]]
      frames[place].next += 1
      if let scope = selection.scope(of: item.name, in: frames[place].scope) {
        return try visit(item, scope)
      }
    }
    return nil
  }

  /// Whether all that is in the directory where the walk is, is part of the selection.
  package var isWholeDirectory: Bool { frames.last?.scope.isWhole ?? false }

  /// Passes over what is in the directory just entered; there is no step `leave` for it.
  package mutating func skipDirectory() {
    frames.removeLast()
  }

  private mutating func visit(
    _ item: Item, _ scope: Selection.Scope
  ) throws(RestoreError) -> Step {
    met.formUnion(selection.arguments(naming: scope))
    if !path.isEmpty { path.append(UInt8(ascii: "/")) }
    path += item.name
    guard item.kind == .directory else { return .file(item) }
    do throws(RestoreError) {
      try push(open(item), scope)
    } catch {
      if error.endsEverything { throw error }
      try push(nil, scope, fault: error)
    }
    return .enter(item)
  }

  private func open(_ item: Item) throws(RestoreError) -> DirectoryScan? {
    try reading { () throws(ArchiveError) in
      switch item.contents {
      case .directory(let reference): return try DirectoryScan(reference, in: source)
      case .damaged(let error): throw error
      case .stream: return nil
      }
    }
  }

  private mutating func push(
    _ scan: DirectoryScan?, _ scope: Selection.Scope, fault: RestoreError? = nil
  ) throws(RestoreError) {
    var frame = Frame(
      scan: scan, scope: scope, isComplete: scan != nil, pathCount: path.count)
    if let fault { frame.add(fault) }
    frames.append(frame)
    try turnPage()
    if frames.last?.page == nil { try turnPage() }
  }

  // MARK: - Pages

  /// Goes on to the following page, and reads the one after it.
  private mutating func turnPage() throws(RestoreError) {
    let place = frames.count - 1
    frames[place].asked = max(0, frames[place].asked - (frames[place].page?.positions.count ?? 0))
    frames[place].next = 0
    frames[place].page = frames[place].following
    frames[place].following = try readPage()
  }

  private mutating func readPage() throws(RestoreError) -> Page? {
    let place = frames.count - 1
    do throws(RestoreError) {
      let directory = try reading { () throws(ArchiveError) in try frames[place].scan?.next() }
      if let directory {
        frames[place].add(directory)
        return Page(directory, order)
      }
    } catch {
      if error.endsEverything { throw error }
      frames[place].add(error)
      frames[place].isComplete = false
    }
    frames[place].end()
    return nil
  }

  /// Asks for the first blocks of the files that come next.
  private mutating func askAhead() {
    let place = frames.count - 1
    // No copy of the frame: this is done for each file.
    let (next, asked) = (frames[place].next, frames[place].asked)
    guard asked <= next + Self.filesAhead / 2, let page = frames[place].page else { return }
    let following = frames[place].following
    let here = page.positions.count
    let end = min(here + (following?.positions.count ?? 0), next + Self.filesAhead)
    guard asked < end else { return }
    frames[place].asked = end
    let scope = frames[place].scope
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
