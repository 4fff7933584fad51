import TestSupport
import Testing
import VentiCore

/// Structures as plan9port wrote them: the test vectors of the format's description.
enum Golden {
  static let arenaPartitionHeader =
    bytesOfHex("a9e4a5e7 00000003 00002000 000c2000") + [UInt8](repeating: 0, count: 496)

  static let arenaTable =
    "3\nt0\t794624\t1843200\nt1\t1843200\t2891776\nt2\t2891776\t4194304\n"

  static let arenaHead = block(
    8192,
    (0, "d15c4ead 00000005 7430"),
    (0x48, "00002000 0000000000100000 86d299ee"))

  static let arenaHeadVersion4 = block(
    8192, (0, "d15c4ead 00000004 7430"), (0x48, "00002000 0000000000100000"))

  static let arenaTail = block(
    8192,
    (0, "f2a14ead 00000005 7430"),
    (
      0x48,
      """
      00000087 00000007 6b02d3ca 6b02d3cb 86d299ee
      00000000000f97a6 00000000000fb096 01
      """
    ),
    (0x1fec, "3c0b679407176f94a4c989dd80016339185bfaa8"))

  static let arenaTailWithExtension = block(
    8192,
    (0, "f2a14ead 00000005 6172656e6173302e30"),
    (
      0x48,
      """
      0000023b 000001ec 6b02cfd7 6b02d229 af994f85
      00000000000c0814 000000000021018c 00
      01 000009c8 000001ec 0000000000fea6cc 0000000001128156 01
      """
    ))

  static let arenaTailVersion4 = block(
    8192,
    (0, "f2a14ead 00000004 7430"),
    (
      0x48,
      "00000080 00000000 6b02d457 6b02d458 00000000000f93cc 00000000000f80cc 01"
    ))

  static let clump = bytesOfHex(
    """
    86d299ee 0d 000c 000c 22596363b3de40b06f981fb85d82312e8c0ed511 01 00000000 6b02d3ca
    68656c6c6f20776f726c640a
    """)

  static let clumpInfos = [
    "0d 000c 000c 22596363b3de40b06f981fb85d82312e8c0ed511",
    "0d 0006 0012 5afec2b4fe75a3314e9deb06f362b7950eda1e36",
    "0d 0004 0040 c8d7d0ef0eedfa82d2ea1aa592845b9a6d4b02b7",
  ].map(bytesOfHex)

  static let indexSectionHeader = block(
    512,
    (0, "d15c5ec7 00000002 73"),
    (0x48, "6d61696e"),
    (0x88, "00002000 000c2000 0000009f 00000000 0000009f 9dd3d1ce"))

  static let indexSectionHeaderVersion1 = block(
    512,
    (0, "d15c5ec7 00000001 73"),
    (0x48, "6d61696e"),
    (0x88, "00002000 000c2000 0000009f 00000000 0000009f"))

  static let indexTable = """
    venti index configuration
    1
    main
    8192
    1
    s\t0\t159
    3
    t0\t1048576\t2080768
    t1\t2080768\t3112960
    t2\t3112960\t4399104

    """

  static let bucket = block(
    8192,
    (
      0,
      """
      0002 9dd3d1ce
      22596363b3de40b06f981fb85d82312e8c0ed511 00000000 0000 0000000000100000 000c 0d 01
      2261ff6f72164ac0a1ccff17f978fc65daaa3685 00000000 0000 000000000020bb30 1f40 0d 10
      """
    ))

  /// Zeros with some bytes among them.
  private static func block(_ count: Int, _ parts: (offset: Int, hex: String)...) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: count)
    for part in parts {
      let bytes = bytesOfHex(part.hex)
      block.replaceSubrange(part.offset..<part.offset + bytes.count, with: bytes)
    }
    return block
  }
}
