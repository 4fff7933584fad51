/// Where the file numbers below a directory come from: what makes a qid the file's inode number.
///
/// The number of a file is its qid, plus the offsets of the qid spaces of its record and of the
/// directories above. That is all there is to an archive of one run, and to a proper merge of
/// several. Three things spoil it:
///
/// - plan9port's `vac -a` begins to count anew on every run. Its date directories say so, with a
///   qid space of offset 0.
/// - The top-level files of an archive that plan9port merged have a new number of the whole,
///   yet the offset of the merged archive in their record. A qid above the maximum of the
///   record's own space is such a number, and is counted without that offset.
/// - Two directories of one name space can be of different runs: then their numbers are equal.
///
/// A file in the first or last position gets a *tag*, which is computed from its directory's
/// number and its own name, hence the same on every mount; with it a new space begins, where
/// numbers are computed from tag and qid. Tagged numbers have bit 63 set, plain ones never.
public struct NumberSpace: Hashable, Sendable {
  /// The sum of the offsets above.
  let offset: UInt64
  /// The greatest qid that belongs to the space.
  let maximum: UInt64
  /// Not 0 where numbers are computed.
  let tag: UInt64

  /// The space of an archive's top.
  public static let top = NumberSpace(offset: 0, maximum: .max, tag: 0)

  /// The number of an archive's top directory, which has qid 0.
  public static let topNumber = tagged(0, 0)

  private static let tagBit: UInt64 = 1 << 63

  /// A file's number, and the space of what is below it.
  struct Place {
    let number: UInt64
    let space: NumberSpace
  }

  /// The number of a file with this record in a directory of this space.
  ///
  /// - Parameters:
  ///   - directory: the number of the directory.
  ///   - isTaken: whether another file of the directory has this number.
  func place(
    qid: UInt64, space own: QidSpace?, name: some Sequence<UInt8>, in directory: UInt64,
    isTaken: (UInt64) -> Bool
  ) -> Place {
    let below = space(below: own)
    if own?.offset != 0 {
      let isOwn = own.map { qid <= $0.maximum } ?? false
      if let number = (isOwn ? below : self).number(of: qid), !isTaken(number) {
        return Place(number: number, space: below)
      }
    }
    let tag = Self.tag(of: name, in: directory)
    let tagged = NumberSpace(offset: below.offset, maximum: own?.maximum ?? .max, tag: tag)
    return Place(number: Self.tagged(tag, qid &+ below.offset), space: tagged)
  }

  private func space(below own: QidSpace?) -> NumberSpace {
    guard let own else { return self }
    return NumberSpace(offset: offset &+ own.offset, maximum: own.maximum, tag: tag)
  }

  /// The number of a qid of this space; nil when it is not of this space, or cannot be shown.
  private func number(of qid: UInt64) -> UInt64? {
    guard qid <= maximum else { return nil }
    let number = qid &+ offset
    if tag != 0 { return Self.tagged(tag, number) }
    // A file of number 0 is left out of listings by the C library.
    return number == 0 || number >= Self.tagBit ? nil : number
  }

  private static func tagged(_ tag: UInt64, _ number: UInt64) -> UInt64 {
    mix(tag ^ mix(number &+ 1)) | tagBit
  }

  private static func tag(of name: some Sequence<UInt8>, in directory: UInt64) -> UInt64 {
    // FNV-1a over the name, begun with the directory's number.
    var hash = mix(directory)
    for byte in name { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    return mix(hash) | 1
  }

  /// The finishing step of SplitMix64: every bit of the result depends on every bit of `value`.
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9e37_79b9_7f4a_7c15
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
