internal import VentiCore

/// Gathers the records of a directory, block by block, into the rows of its table.
struct DirectoryLoader {
  /// Faults that are described one by one; more are only counted.
  static let omissionLimit = 100

  private(set) var rows: [DirectoryRow] = []
  /// The names, or the whole records around them.
  private(set) var names: [UInt8] = []
  private(set) var unix: [UInt8] = []
  private(set) var texts = InternedTexts()
  private(set) var omissions: [Omission] = []
  private(set) var omissionCount = 0
  /// The qid spaces of records that have one, by the start of their name.
  private(set) var spaces: [UInt32: QidSpace] = [:]
  private let keepsRecords: Bool

  /// - Parameter keepsRecords: whether records are kept whole, so that they can be written again.
  init(keepsRecords: Bool = false) {
    self.keepsRecords = keepsRecords
  }

  mutating func omit(_ omission: @autoclosure () -> Omission) {
    omissionCount += 1
    if omissions.count < Self.omissionLimit { omissions.append(omission()) }
  }

  /// Adds every record of a block, in the order of its index.
  ///
  /// - Parameter isWanted: says of a name whether its record is.
  mutating func add(
    _ block: Block, leafSize: Int, where isWanted: (ArraySlice<UInt8>) -> Bool = { _ in true }
  ) {
    let score = { block.score }
    let metadata: MetadataBlock
    do throws(FormatError) {
      metadata = try MetadataBlock(parsing: block, leafSize: leafSize)
    } catch {
      return omit(.metadataBlock(score(), error))
    }
    let bytes = metadata.bytes.array
    // Records that lie over each other would take more memory than blocks.
    var room = metadata.bytes.count
    for number in 0..<metadata.count {
      do throws(FormatError) {
        let range = try metadata.range(of: number)
        room -= range.count
        guard room >= 0 else {
          throw .invalid(
            subject: "metadata block", offset: range.lowerBound, found: "records over each other",
            expected: "each in a place of its own")
        }
        let record = metadata.bytes[range]
        add(try RecordFields(parsing: record.bytes), record, bytes[range], where: isWanted)
      } catch {
        omit(.record(number: number, block: score(), error))
      }
    }
  }

  /// Adds a record; `bytes` are its own as well.
  private mutating func add(
    _ fields: RecordFields, _ record: Block, _ bytes: ArraySlice<UInt8>,
    where isWanted: (ArraySlice<UInt8>) -> Bool
  ) {
    func text(_ range: Range<Int>) -> ArraySlice<UInt8> {
      bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound]
    }
    let name = text(fields.name)
    if let fault = Omission.NameFault(name) { return omit(.name(Array(name), fault)) }
    guard isWanted(name) else { return }
    var row = makeRow(fields, name: name)
    row.owner = texts.number(of: text(fields.owner))
    row.group = texts.number(of: text(fields.group))
    if let range = fields.unix {
      addUnix(record[range], text(range), fields, to: &row, name: name)
    }
    if keepsRecords {
      row.nameStart += UInt32(RecordFields.nameOffset)
      row.recordCount = UInt16(clamping: bytes.count)
      names.append(contentsOf: bytes)
    } else {
      names.append(contentsOf: name)
    }
    if let space = fields.space { spaces[row.nameStart] = space }
    rows.append(row)
  }

  private func makeRow(_ fields: RecordFields, name: ArraySlice<UInt8>) -> DirectoryRow {
    var traits = fields.mode.unixPermissions
    if fields.mode.contains(.appendOnly) { traits |= DirectoryRow.appendOnly }
    if fields.mode.contains(.exclusive) { traits |= DirectoryRow.exclusive }
    return DirectoryRow(
      key: DirectoryRow.key(of: name), nameStart: UInt32(names.count),
      nameCount: UInt8(name.count), kind: fields.mode.kind, traits: traits, owner: 0, group: 0,
      modified: fields.modified, changed: fields.changed, accessed: fields.accessed,
      slot: fields.slot, generation: fields.generation,
      metadataSlot: UInt32(clamping: fields.metadataSlot),
      metadataGeneration: fields.metadataGeneration, unixStart: 0, unixCount: 0, isLinked: false,
      hasOwnSpace: fields.space != nil, qid: fields.qid)
  }

  /// Keeps the bytes of a record's Unix metadata if they mean something.
  private mutating func addUnix(
    _ block: Block, _ bytes: ArraySlice<UInt8>, _ fields: RecordFields,
    to row: inout DirectoryRow, name: ArraySlice<UInt8>
  ) {
    guard !fields.repeatsUnix else {
      return omit(.unixMetadata(name: Array(name), reason: "there twice"))
    }
    do throws(FormatError) {
      guard let metadata = try UnixMetadata.parse(block.bytes) else { return }
      row.unixStart = UInt32(unix.count)
      row.unixCount = UInt16(bytes.count)
      row.isLinked = metadata.linkCount.map { $0 > 1 } ?? false
      if metadata.isSocket, row.kind == .file { row.kind = .socket }
      unix.append(contentsOf: bytes)
    } catch {
      omit(.unixMetadata(name: Array(name), reason: "\(error)"))
    }
  }

  /// Sorts the rows by name, and leaves out those whose name came before.
  mutating func sort() {
    let isSorted = zip(rows.indices, rows.indices.dropFirst()).allSatisfy {
      isOrdered($0, $1) && !sameName(rows[$0], rows[$1])
    }
    guard !isSorted else { return }
    let order = rows.indices.sorted { isOrdered($0, $1) }
    var sorted: [DirectoryRow] = []
    sorted.reserveCapacity(rows.count)
    for place in order {
      if let last = sorted.last, sameName(last, rows[place]) {
        let name = Array(names[last.nameRange])
        omit(.name(name, .repeated))
      } else {
        sorted.append(rows[place])
      }
    }
    rows = sorted
  }

  /// Whether row `left` stands before row `right`; of equal names, the one that came first.
  private func isOrdered(_ left: Int, _ right: Int) -> Bool {
    let (leftRow, rightRow) = (rows[left], rows[right])
    guard leftRow.key == rightRow.key else { return leftRow.key < rightRow.key }
    let shared = Int(min(leftRow.nameCount, rightRow.nameCount))
    var place = 8
    while place < shared {
      let leftByte = names[Int(leftRow.nameStart) + place]
      let rightByte = names[Int(rightRow.nameStart) + place]
      if leftByte != rightByte { return leftByte < rightByte }
      place += 1
    }
    guard leftRow.nameCount == rightRow.nameCount else {
      return leftRow.nameCount < rightRow.nameCount
    }
    return left < right
  }

  private func sameName(_ left: DirectoryRow, _ right: DirectoryRow) -> Bool {
    left.key == right.key && left.nameCount == right.nameCount
      && names[left.nameRange].hasSameBytes(as: names[right.nameRange])
  }

  /// Leaves out rows by their names, as a name that came before.
  mutating func leaveOutRepeated(where isRepeated: (ArraySlice<UInt8>) -> Bool) {
    var kept: [DirectoryRow] = []
    kept.reserveCapacity(rows.count)
    for row in rows {
      let name = names[row.nameRange]
      if isRepeated(name) { omit(.name(Array(name), .repeated)) } else { kept.append(row) }
    }
    rows = kept
  }

  /// Keeps the rows at some places, in their order, and lets go of what belongs to the others.
  mutating func keep(_ places: Set<Int>) {
    var kept = Self(keepsRecords: keepsRecords)
    (kept.texts, kept.omissions, kept.omissionCount) = (texts, omissions, omissionCount)
    for place in rows.indices where places.contains(place) {
      var row = rows[place]
      let text = row.textRange
      row.nameStart = UInt32(kept.names.count + Int(row.nameStart) - text.lowerBound)
      kept.names.append(contentsOf: names[text])
      if row.hasOwnSpace { kept.spaces[row.nameStart] = spaces[rows[place].nameStart] }
      let start = Int(row.unixStart)
      row.unixStart = UInt32(kept.unix.count)
      kept.unix.append(contentsOf: unix[start..<start + Int(row.unixCount)])
      kept.rows.append(row)
    }
    self = kept
  }

  /// The slots that the records speak of, of those that a directory has: in order, none twice.
  func slots(below end: Int) -> [Int] {
    var slots: [Int] = []
    for row in rows {
      slots.append(Int(row.slot))
      if row.kind == .directory { slots.append(Int(row.metadataSlot)) }
      // Attributes are in the slot after the one or two streams.
      if row.unixCount > 0 { slots += [Int(row.slot) + 1, Int(row.slot) + 2] }
    }
    slots.sort()
    return zip(slots, [-1] + slots).lazy.filter { $0 != $1 && $0 < end }.map(\.0)
  }

  /// The places of the rows in `ArchiveOrder`, once they are sorted.
  var archiveOrder: [Int] { DirectoryRow.archiveOrder(of: rows, names) }

  /// Gives every row its inode number, once the rows are sorted.
  ///
  /// - Returns: the number spaces below the rows that do not share the directory's own.
  mutating func number(
    _ reference: DirectoryReference, _ taken: inout TakenNumbers
  ) -> [Int: NumberSpace] {
    var below: [Int: NumberSpace] = [:]
    // Files were numbered in this order.
    for place in archiveOrder {
      let row = rows[place]
      let own = row.hasOwnSpace ? spaces[row.nameStart] : nil
      let found = reference.space.place(
        qid: row.qid, space: own, name: names[row.nameRange], in: reference.number
      ) { taken.contains($0, isLinked: row.isLinked) }
      rows[place].number = found.number
      taken.insert(found.number, isLinked: row.isLinked)
      if row.kind == .directory, found.space != reference.space { below[place] = found.space }
    }
    return below
  }
}
