internal import VentiCore
package import VentiStore

/// What plan9port's syncindex -v, and the start of its /index page, say of an index.
package enum IndexDescription {
  /// The lines about an index: its sections, and the addresses of its arenas.
  package static func lines(of index: Index) -> [String] {
    let table = index.table
    let room = index.sections.compactMap { $0 }.first.map { $0.header.base - $0.header.tableOffset }
    var lines = [
      "index=\(table.name) version=1 blocksize=\(table.blockSize) tabsize=\(room ?? 0)",
      "\tbuckets=\(index.map.bucketCount) div=\(index.map.divisor)",
    ]
    lines += table.sections.map {
      "\tsect=\($0.name) for buckets [\($0.range.lowerBound),\($0.range.upperBound))"
    }
    lines += table.arenas.map {
      "\tarena=\($0.name) at [\($0.range.lowerBound),\($0.range.upperBound))"
    }
    return lines
  }
}
