internal import VentiCore

/// Finds the partitions that Plan 9's `prep` makes on a disk.
///
/// The second sector is a table of text lines, `part NAME START END` in sectors of 512 bytes. It
/// counts from the start of the disk, or from that of an MBR partition of type 0x39 that has the
/// table.
struct Plan9Disk {
  static let sectorByteCount = 512
  private static let partitionType: UInt8 = 0x39
  private static let lineLimit = 40

  let file: StoreFile

  /// The bytes of a partition; nil when the disk has none of that name.
  func range(of name: String) throws(StoreError) -> Range<Int>? {
    if let range = try range(of: name, within: 0..<file.size) { return range }
    for part in try partsOfMasterBootRecord() {
      if let range = try range(of: name, within: part) { return range }
    }
    return nil
  }

  private func range(of name: String, within disk: Range<Int>) throws(StoreError) -> Range<Int>? {
    let sector = Self.sectorByteCount
    guard disk.count >= 2 * sector else { return nil }
    let bytes = try file.read(sector, at: disk.lowerBound + sector).array
    for line in bytes.prefix(while: { $0 != 0 }).split(separator: 0x0a).prefix(Self.lineLimit) {
      let fields = line.split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      guard fields.count == 4, fields[0] == "part" else { return nil }
      guard fields[1] == name else { continue }
      guard
        let start = ByteSize.parse(fields[2]), let end = ByteSize.parse(fields[3]), start < end,
        end <= disk.count / sector
      else { return nil }
      return disk.lowerBound + start * sector..<disk.lowerBound + end * sector
    }
    return nil
  }

  /// The partitions of Plan 9's type in the MBR, clamped to the disk.
  private func partsOfMasterBootRecord() throws(StoreError) -> [Range<Int>] {
    let sector = try file.read(Self.sectorByteCount, at: 0).array
    guard sector.count == Self.sectorByteCount, sector[0x1fe] == 0x55, sector[0x1ff] == 0xaa
    else { return [] }
    return (0..<4).compactMap { index in
      let entry = sector[(0x1be + index * 16)...].prefix(16)
      guard entry[entry.startIndex + 4] == Self.partitionType else { return nil }
      let start = Self.littleEndian(entry.dropFirst(8).prefix(4)) * Self.sectorByteCount
      let count = Self.littleEndian(entry.dropFirst(12).prefix(4)) * Self.sectorByteCount
      return start < file.size ? start..<min(start + count, file.size) : nil
    }
  }

  private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
