/// A reader that knows no more than plan9port's: what older programs see of a directory.
///
/// It searches each block by halves in the order that the block's magic promises, and takes a record apart
/// by the fields of version 8. Written for the tests from the description of the format, and
/// shares nothing with the reader that is tested.
public struct OldReader {
  /// What it knows of a file.
  public struct Record: Equatable {
    /// The name.
    public var name: [UInt8]
    /// The slot of the file's stream.
    public var slot: Int
    /// The number.
    public var qid: Int
    /// The owner's name.
    public var owner: [UInt8]
    /// The group's name.
    public var group: [UInt8]
    /// Seconds since 1970.
    public var modified: Int
    /// Kind and permissions.
    public var mode: Int
    /// The kinds of the options that follow: it skips those that it does not know.
    public var options: [Int]
  }

  /// What the format does not allow.
  public struct Malformed: Error {
    let reason: String
  }

  private let blocks: [[UInt8]]

  /// Reads a stream of metadata blocks.
  public init(_ stream: [UInt8], blockSize: Int) {
    blocks = stride(from: 0, to: stream.count, by: blockSize).map {
      Array(stream[$0..<min($0 + blockSize, stream.count)])
    }
  }

  /// Finds a name as plan9port does.
  public func find(_ name: [UInt8]) throws -> Record? {
    for block in blocks {
      try check(block)
      var (low, high) = (0, number(block, 10, 2))
      while low < high {
        let middle = (low + high) / 2
        let record = try self.record(block, middle)
        switch compare(name, record.name, number(block, 0, 4)) {
        case 0: return record
        case ..<0: high = middle
        default: low = middle + 1
        }
      }
    }
    return nil
  }

  /// Files in the directory.
  public var count: Int { blocks.reduce(0) { $0 + number($1, 10, 2) } }

  private func number(_ bytes: [UInt8], _ offset: Int, _ count: Int) -> Int {
    bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
  }

  private func check(_ block: [UInt8]) throws {
    guard [0x5656_fc79, 0x5656_fc7a].contains(number(block, 0, 4)) else {
      throw Malformed(reason: "magic")
    }
    guard number(block, 4, 2) <= block.count, 12 + 4 * number(block, 8, 2) <= block.count,
      number(block, 10, 2) <= number(block, 8, 2), number(block, 6, 2) == 0
    else { throw Malformed(reason: "header") }
  }

  private func record(_ block: [UInt8], _ place: Int) throws -> Record {
    let offset = number(block, 12 + 4 * place, 2)
    let length = number(block, 14 + 4 * place, 2)
    guard offset >= 12 + 4 * number(block, 8, 2), offset + length <= number(block, 4, 2) else {
      throw Malformed(reason: "place of a record")
    }
    var rest = block[offset..<offset + length]
    func take(_ count: Int) throws -> [UInt8] {
      guard rest.count >= count else { throw Malformed(reason: "record too short") }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    func takeNumber(_ count: Int) throws -> Int { try take(count).reduce(0) { $0 << 8 | Int($1) } }
    guard try takeNumber(4) == 0x1c4d_9072, try takeNumber(2) == 8 else {
      throw Malformed(reason: "record magic or version")
    }
    let name = try take(takeNumber(2))
    let (slot, qid) = try (takeNumber(4), takeNumber(8))
    let (owner, group) = try (take(takeNumber(2)), take(takeNumber(2)))
    _ = try take(takeNumber(2))
    let modified = try takeNumber(4)
    _ = try take(12)
    let mode = try takeNumber(4)
    var options: [Int] = []
    while !rest.isEmpty {
      let kind = try takeNumber(1)
      let count = try takeNumber(2)
      if kind == 3, count != 16 { throw Malformed(reason: "qid space") }
      _ = try take(count)
      options.append(kind)
    }
    return Record(
      name: name, slot: slot, qid: qid, owner: owner, group: group, modified: modified, mode: mode,
      options: options)
  }

  /// Compares by the magic: for 5656fc79 the end of a name is greater than every byte.
  private func compare(_ left: [UInt8], _ right: [UInt8], _ magic: Int) -> Int {
    let end = magic == 0x5656_fc79 ? 256 : -1
    for place in 0..<max(left.count, right.count) {
      let leftByte = place < left.count ? Int(left[place]) : end
      let rightByte = place < right.count ? Int(right[place]) : end
      if leftByte != rightByte { return leftByte - rightByte }
    }
    return 0
  }
}
