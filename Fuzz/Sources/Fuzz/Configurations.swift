import SystemPackage
import VentiStore

/// What people write: `venti.conf`, names of partitions, sizes.
enum Configurations {
  static func run(_ bytes: [UInt8]) {
    _ = try? StoreConfiguration(parsing: bytes, path: "/store/venti.conf")
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? PartitionName(text)
    if let size = ByteSize.parse(text) {
      expect(0...ByteSize.maximum ~= size, "a size is within its limits")
    }
  }
}
