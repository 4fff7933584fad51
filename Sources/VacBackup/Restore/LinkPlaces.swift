internal import VentiCore

/// Where names of linked files are in the target, for as long as other names may come.
///
/// Directories are noted by the names that lead to them: they need not be in memory for it.
struct LinkPlaces {
  /// A name, or a directory on the way to it.
  struct Step {
    /// The place of the directory above; nil below the top.
    let above: Int?
    /// The identity of a directory; 0 for anything else.
    let id: Int
    let name: [UInt8]
  }

  private static let headerByteCount = 18

  private let scratch: Scratch
  private var heap: ByteHeap

  init(_ scratch: Scratch) {
    self.scratch = scratch
    heap = ByteHeap(scratch)
  }

  /// Notes a name.
  ///
  /// - Returns: its place.
  mutating func add(
    _ name: [UInt8], in directory: TargetDirectory
  ) throws(ScratchError) -> Int {
    var unknown: [TargetDirectory] = []
    var next = directory
    while let parent = next.parent, next.linkPlace < heap.start {
      unknown.append(next)
      next = parent
    }
    var above = next.parent == nil ? nil : next.linkPlace
    while let directory = unknown.popLast() {
      above = try append(directory.name, id: directory.id, above)
      directory.linkPlace = above ?? -1
    }
    return try append(name, id: 0, above)
  }

  /// What was noted at a place.
  func step(at place: Int) throws(ScratchError) -> Step {
    let header = try heap.bytes(Self.headerByteCount, at: place)
    let (above, id, count) = try scratch.parsing { () throws(FormatError) in
      var reader = ByteReader(Block(header).bytes, of: "name")
      return try (reader.uint64(), reader.uint64(), reader.uint16())
    }
    return Step(
      above: above == .max ? nil : Int(clamping: above), id: Int(clamping: id),
      name: try heap.bytes(Int(count), at: place + Self.headerByteCount))
  }

  /// The path of a name.
  func path(of place: Int) throws(ScratchError) -> [UInt8] {
    var names: [[UInt8]] = []
    var next: Int? = place
    while let place = next {
      let step = try step(at: place)
      names.append(step.name)
      next = step.above
    }
    return Array(names.reversed().joined(separator: "/".utf8))
  }

  /// Forgets all names.
  mutating func removeAll() { heap.removeAll() }

  private mutating func append(
    _ name: [UInt8], id: Int, _ above: Int?
  ) throws(ScratchError) -> Int {
    var writer = ByteWriter(capacity: Self.headerByteCount + name.count)
    writer.uint64(above.map { UInt64($0) } ?? .max)
    writer.uint64(UInt64(id))
    writer.uint16(UInt16(name.count))
    writer.raw(name)
    return try heap.append(writer.bytes)
  }
}
