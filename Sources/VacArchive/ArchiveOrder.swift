/// The order in which a directory's records are written: byte by byte, the end of a name after
/// every byte, as `MetadataBlock.magicEndLast` says.
///
/// So `abc` comes before `ab`, and `ab` before `a`.
public enum ArchiveOrder {
  /// Whether the name `left` stands before `right`.
  public static func isOrdered(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    isOrdered(left[...], right[...])
  }

  /// The same of names within other bytes.
  static func isOrdered(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
    for (leftByte, rightByte) in zip(left, right) where leftByte != rightByte {
      return leftByte < rightByte
    }
    return left.count > right.count
  }
}
