package import VacArchive
package import VentiCore

/// A walk over the selected files of an archive, directories before what is in them.
///
/// A directory that cannot be read, or only in part, does not end the walk: the step `fault` says
/// what is lost. Any depth of directories takes no more of the stack than one.
package struct ArchiveWalk {
  /// What the walk meets; `path` says where.
  package enum Step {
    /// A directory; what is in it follows, up to `leave`. The table is nil where it is lost.
    case enter(Item, Directory?)
    /// Everything that is no directory.
    case file(Item)
    /// All in the directory has been met.
    case leave
    /// Part of the directory in which the walk is cannot be read.
    case fault(RestoreError)
  }

  /// In which order the files of a directory come.
  package enum Order: Sendable {
    /// By name, byte by byte.
    case names
    /// As they were written, so that a store is read from the front to the back.
    case archive
  }

  private struct Frame {
    let directory: Directory?
    let scope: Selection.Scope
    /// Places in the table, in the order of the walk; nil for all, in their order.
    let positions: [Int]?
    var next = 0
    var faults: ArraySlice<RestoreError>
    /// The length of `path` in this directory.
    let pathCount: Int
    /// The files before this one have been asked for.
    var asked = 0

    var count: Int { positions?.count ?? directory?.count ?? 0 }

    func position(_ number: Int) -> Int { positions?[number] ?? number }
  }

  /// Files that are asked for before they are met.
  private static let filesAhead = 64

  /// The path of what the last step was about.
  package private(set) var path: [UInt8] = []
  /// The table of the top directory.
  package var top: Directory? { frames.first?.directory }

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
    order: Order = .names, asksForFiles: Bool = false
  ) throws(RestoreError) {
    self.source = source
    self.selection = selection
    self.order = order
    self.asksForFiles = asksForFiles
    met.formUnion(selection.arguments(naming: selection.top))
    let directory = try reading { () throws(ArchiveError) in
      try Directory(loading: archive.directory, from: source)
    }
    push(directory, selection.top, fault: archive.topFault.map { .archive($0) })
  }

  /// The paths that were asked for and not met so far.
  package var missing: [String] {
    selection.arguments.enumerated().filter { !met.contains($0.offset) }.map(\.element)
  }

  /// Goes to the next file.
  ///
  /// - Returns: nil after the last one.
  /// - Throws: when nothing more of the archive can be read at all.
  package mutating func next() throws(RestoreError) -> Step? {
    while let frame = frames.last {
      path.removeLast(path.count - frame.pathCount)
      if let fault = frames[frames.count - 1].faults.popFirst() { return .fault(fault) }
      guard frame.next < frame.count, let directory = frame.directory else {
        frames.removeLast()
        return frames.isEmpty ? nil : .leave
      }
      askAhead()
      frames[frames.count - 1].next += 1
      let item = directory[frame.position(frame.next)]
      guard let scope = selection.scope(of: item.name, in: frame.scope) else { continue }
      return try visit(item, scope)
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
      let directory = try load(item)
      push(directory, scope)
      return .enter(item, directory)
    } catch {
      if error.endsEverything { throw error }
      push(nil, scope, fault: error)
      return .enter(item, nil)
    }
  }

  private func load(_ item: Item) throws(RestoreError) -> Directory? {
    try reading { () throws(ArchiveError) in
      switch item.contents {
      case .directory(let reference): return try Directory(loading: reference, from: source)
      case .damaged(let error): throw error
      case .stream: return nil
      }
    }
  }

  private mutating func push(
    _ directory: Directory?, _ scope: Selection.Scope, fault: RestoreError? = nil
  ) {
    var faults = fault.map { [$0] } ?? []
    if let directory {
      faults += directory.omissions.map { .omission($0) }
      let untold = directory.omissionCount - directory.omissions.count
      if untold > 0 { faults.append(.moreOmissions(untold)) }
    }
    frames.append(
      Frame(
        directory: directory, scope: scope, positions: positions(in: directory, scope),
        faults: faults[...], pathCount: path.count))
  }

  private func positions(in directory: Directory?, _ scope: Selection.Scope) -> [Int]? {
    guard let directory else { return [] }
    var positions: [Int]?
    if !scope.isWhole {
      positions = selection.names(in: scope).compactMap { directory.position(of: $0) }.sorted()
    }
    guard order == .archive else { return positions }
    // Files were numbered as they were written.
    return (positions ?? Array(0..<directory.count)).sorted {
      directory.number(at: $0) < directory.number(at: $1)
    }
  }

  /// Asks for the first blocks of the files that come next.
  private mutating func askAhead() {
    let place = frames.count - 1
    let frame = frames[place]
    guard let directory = frame.directory, frame.asked <= frame.next + Self.filesAhead / 2,
      frame.asked < frame.count
    else { return }
    let end = min(frame.count, frame.next + Self.filesAhead)
    frames[place].asked = end
    var tops: [BlockAddress] = []
    for number in frame.asked..<end {
      let position = frame.position(number)
      guard asksForFiles || directory.kind(at: position) == .directory else { continue }
      tops += directory[position].tops
    }
    if !tops.isEmpty { source.prefetch(tops) }
  }
}
