/// What a directory keeps of a file: fixed in size, its texts elsewhere.
struct DirectoryRow {
  /// The first eight bytes of the name: decides most comparisons.
  var key: UInt64
  var nameStart: UInt32
  var nameCount: UInt8
  var kind: FileKind
  /// Unix permissions, and above them the two bits below.
  var traits: UInt16
  var owner: UInt32
  var group: UInt32
  var modified: UInt32
  var changed: UInt32
  var accessed: UInt32
  var slot: UInt32
  var generation: UInt32
  var metadataSlot: UInt32
  var metadataGeneration: UInt32
  /// Where the Unix metadata is; `unixCount` is 0 when there is none.
  var unixStart: UInt32
  var unixCount: UInt16
  var isLinked: Bool
  var hasOwnSpace: Bool
  var qid: UInt64
  var number: UInt64 = 0

  static let appendOnly: UInt16 = 1 << 14
  static let exclusive: UInt16 = 1 << 15
  static let permissions: UInt16 = 0o7777

  var nameRange: Range<Int> { Int(nameStart)..<Int(nameStart) + Int(nameCount) }

  /// The first eight bytes of a name as a number that orders like them; zeros after its end.
  ///
  /// Names have no zeros, so that the end sorts before every byte.
  static func key(of name: some Sequence<UInt8>) -> UInt64 {
    var key: UInt64 = 0
    var shift: UInt64 = 64
    for byte in name {
      shift -= 8
      key |= UInt64(byte) << shift
      if shift == 0 { break }
    }
    return key
  }
}

/// Texts of which many are the same: each is kept once.
struct InternedTexts {
  private(set) var texts: [[UInt8]] = []
  private var numbers: [[UInt8]: UInt32] = [:]
  private var last: UInt32 = 0

  /// The number of a text.
  mutating func number(of text: ArraySlice<UInt8>) -> UInt32 {
    // Most files have the owner of the file before.
    if last < texts.count, texts[Int(last)].elementsEqual(text) { return last }
    let text = Array(text)
    if let number = numbers[text] {
      last = number
    } else {
      last = UInt32(texts.count)
      numbers[text] = last
      texts.append(text)
    }
    return last
  }
}
