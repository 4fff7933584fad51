/// What a block holds, in the numbering of programs and command lines: 0 to 16.
///
/// | number | block |
/// |---:|---|
/// | 0 | data: bytes of a file |
/// | 1...7 | scores, `height` levels above data |
/// | 8 | directory: an array of entries |
/// | 9...15 | scores, `height` levels above a directory |
/// | 16 | root |
///
/// The wire and the disk use another, older numbering, `wireValue`, which does not tell
/// pointers to data from pointers to directories. A block's identity is its score and its
/// `wireValue`, so two types are equal when those are.
///
/// Source: venti(7), and libventi's table of types.
public struct BlockType: Sendable {
  /// The number on command lines and in messages, 0...16.
  public let number: UInt8

  /// Bytes of a file.
  public static let data = BlockType(unchecked: 0)
  /// An array of entries.
  public static let directory = BlockType(unchecked: 8)
  /// The root of an archive.
  public static let root = BlockType(unchecked: 16)

  /// Every type, in order of `number`.
  public static let all = (0...16).map { BlockType(unchecked: $0) }

  /// The greatest height of a pointer block.
  public static let maximumHeight = 7

  private init(unchecked number: UInt8) {
    self.number = number
  }

  /// The type of a number on a command line; nil above 16.
  public init?(number: Int) {
    guard (0...16).contains(number) else { return nil }
    self.number = UInt8(number)
  }

  /// The type of a number in a packet or a clump; nil for one that means nothing.
  ///
  /// Pointer blocks come back as those of directories.
  public init?(wireValue: UInt8) {
    switch wireValue {
    case 1: self = .root
    case 2...9: self.init(unchecked: wireValue + 6)
    case 13: self = .data
    default: return nil
    }
  }

  /// The number in packets, in clumps and in the index.
  public var wireValue: UInt8 {
    switch number {
    case 0: 13
    case 1...7: number + 2
    case 16: 1
    default: number - 6
    }
  }

  /// Levels of pointer blocks from this block down to the leaves, 0...7.
  public var height: Int {
    number == BlockType.root.number ? 0 : Int(number & 7)
  }

  /// The type of a block `height` levels above leaves of this type.
  ///
  /// - Precondition: this is `data` or `directory`, and `height` is 0...7.
  public func above(_ height: Int) -> BlockType {
    precondition(number & 7 == 0 && number < 16 && (0...Self.maximumHeight).contains(height))
    return BlockType(unchecked: number + UInt8(height))
  }

  /// The type of the blocks that this pointer block names.
  ///
  /// - Precondition: `height` is at least 1.
  public var below: BlockType {
    precondition(height > 0)
    return BlockType(unchecked: number - 1)
  }
}

extension BlockType: Hashable {
  /// Compares what the wire and the disk tell apart.
  public static func == (left: BlockType, right: BlockType) -> Bool {
    left.wireValue == right.wireValue
  }

  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(wireValue)
  }
}

extension BlockType: CustomStringConvertible {
  /// The number, as it stands in messages to people.
  public var description: String { String(number) }
}
