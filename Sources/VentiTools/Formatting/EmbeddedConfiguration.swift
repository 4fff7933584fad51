internal import SystemPackage
internal import VentiCore
package import VentiStore

/// The copy of a venti.conf in a partition: plan9port's conf.
package struct EmbeddedConfiguration {
  private static let title = StoreConfiguration.embeddedTitle
  private static let offset = StoreConfiguration.embeddedOffset

  private let partition: any Partition

  /// The copy in the blank of an arena partition or an index section.
  package init(in partition: any Partition) {
    self.partition = partition
  }

  /// Reads the text of the configuration, without its title.
  package func read() throws(ToolError) -> [UInt8] {
    let block = try onStore { () throws(StoreError) in
      try partition.read(StoreConfiguration.maximumByteCount, at: Self.offset)
    }
    let text = block.array.prefix { $0 != 0 }
    guard text.starts(with: Self.title.utf8) else {
      throw .file(path: partition.name, reason: "config has bad header")
    }
    return Array(text.dropFirst(Self.title.utf8.count))
  }

  /// Stores a text, once it has been seen to be a configuration.
  package func write(_ text: [UInt8]) throws(ToolError) {
    guard Self.title.utf8.count + text.count < StoreConfiguration.maximumByteCount else {
      throw .file(
        path: partition.name,
        reason: "config is too long; max is a little less than eight kilobytes")
    }
    try onStore { () throws(StoreError) in
      _ = try StoreConfiguration(parsing: text, path: "configuration")
      guard (try? partition.parsedKind()) != nil else {
        throw .inconsistent(
          place: "partition \(quoted(partition.name))",
          reason: "is neither arenas nor an index section: there is no room for a configuration")
      }
      var writer = ByteWriter(capacity: StoreConfiguration.maximumByteCount)
      writer.raw(Self.title.utf8)
      writer.raw(text)
      writer.pad(to: StoreConfiguration.maximumByteCount)
      try writer.withBytes { bytes throws(StoreError) in
        try partition.write(bytes, at: Self.offset)
      }
      try partition.sync()
    }
  }
}

extension Partition {
  /// Checks that the partition has a blank at its start.
  fileprivate func parsedKind() throws(StoreError) {
    if (try? ArenaPartition(self)) == nil { _ = try IndexSection(self) }
  }
}
