import VentiCore

/// The page `/index`: the index, and all arenas that have clumps.
struct IndexPage {
  private let report: StoreReport

  init(_ report: StoreReport) {
    self.report = report
  }

  var text: String {
    head + report.sections.map(line).joined()
      + report.arenas.filter { $0.written.clumpCount > 0 }.map(lines).joined()
  }

  private var head: String {
    """
    index=\(report.indexName) version=\(report.indexVersion) blocksize=\(report.blockSize) \
    tabsize=\(report.tableByteCount)
    \tbuckets=\(report.bucketCount) div=\(report.divisor)

    """
  }

  private func line(_ section: StoreReport.Section) -> String {
    "\tsect=\(section.name) for buckets \(section.buckets.halfOpen) "
      + "buckmax=\(section.bucketCapacity)\n"
  }

  private func lines(_ arena: StoreReport.Arena) -> String {
    """
    arena=\(arena.name) at index \(arena.addresses.halfOpen)
    \tarena='\(arena.name)' on \(arena.partition) at \(arena.classicRange.halfOpen)
    \tversion=\(arena.version) created=\(arena.created) modified=\(arena.modified)\(marks(arena))

    """ + (arena.seal.map { "\tscore=\($0)\n" } ?? "")
      + "\twritten: \(counts(arena.written))\n\tindexed: \(counts(arena.indexed))\n"
  }

  /// `inqueue` is one that waits for its seal; plan9port goes on saying so until it is restarted.
  private func marks(_ arena: StoreReport.Arena) -> String {
    (arena.written.isSealed ? " mem=sealed" : "") + (arena.indexed.isSealed ? " disk=sealed" : "")
      + (arena.written.isSealed && arena.seal == nil ? " inqueue" : "")
  }

  private func counts(_ contents: StoreReport.Contents) -> String {
    "clumps=\(contents.clumpCount) compressed clumps=\(contents.compressedClumpCount) "
      + "data=\(grouped(contents.blockByteCount)) "
      + "compressed data=\(grouped(contents.storedByteCount)) "
      + "storage=\(grouped(contents.storageByteCount))"
  }
}

/// The page `/storage`: totals.
struct StoragePage {
  private let report: StoreReport

  init(_ report: StoreReport) {
    self.report = report
  }

  var text: String {
    let contents = report.arenas.map(\.written)
    func sum(_ value: (StoreReport.Contents) -> Int) -> String {
      grouped(contents.reduce(0) { $0 + value($1) })
    }
    let active = contents.count { $0.clumpCount > 0 }
    let space = report.arenas.reduce(0) { $0 + $1.size }
    return """
      index=\(report.indexName)
      total arenas=\(grouped(contents.count)) active=\(grouped(active))
      total space=\(grouped(space)) used=\(sum(\.storageByteCount))
      clumps=\(sum(\.clumpCount)) compressed clumps=\(sum(\.compressedClumpCount)) \
      data=\(sum(\.blockByteCount)) compressed data=\(sum(\.storedByteCount))

      """
  }
}

/// The page `/xindex`: everything as XML, in which nothing is escaped.
struct XMLIndexPage {
  private let report: StoreReport

  init(_ report: StoreReport) {
    self.report = report
  }

  var text: String {
    """
    <index name="\(report.indexName)" version="\(report.indexVersion)" \
    blocksize="\(report.blockSize)" tabsize="\(report.tableByteCount)" \
    buckets="\(report.bucketCount)" buckdiv="\(report.divisor)">
    \t<sects>
    \(report.sections.map { "\t\t<sect \(range($0.name, $0.buckets))/>\n" }.joined())\
    \t</sects>
    \t<amaps>
    \(report.arenas.map { "\t\t<amap \(range($0.name, $0.addresses))/>\n" }.joined())\
    \t</amaps>
    \t<arenas>
    \(report.arenas.map(line).joined())\
    \t</arenas>
    </index>

    """
  }

  private func range(_ name: String, _ range: Range<Int>) -> String {
    "name=\"\(name)\" start=\"\(range.lowerBound)\" stop=\"\(range.upperBound)\""
  }

  private func line(_ arena: StoreReport.Arena) -> String {
    // So plan9port has it: not the range of the arena, but two blocks of it.
    let start = arena.classicRange.lowerBound
    let contents = arena.written
    return """
      \t\t<arena name="\(arena.name)" version="\(arena.version)" partition="\(arena.partition)" \
      blocksize="\(arena.blockSize)" start="\(start)" stop="\(start + 2 * arena.blockSize)" \
      created="\(arena.created)" modified="\(arena.modified)"\
      \(contents.isSealed ? " sealed=\"yes\"" : "")\
      \(arena.seal.map { " score=\"\($0)\"" } ?? "") \
      clumps="\(contents.clumpCount)" compressedclumps="\(contents.compressedClumpCount)" \
      data="\(contents.blockByteCount)" compresseddata="\(contents.storedByteCount)" \
      storage="\(contents.storageByteCount)"/>

      """
  }
}

extension StoreReport.Arena {
  /// Bytes between head and tail.
  var size: Int { range.count - 2 * blockSize }

  /// The range as plan9port prints it, off by one block at both ends.
  ///
  /// Scripts put that right.
  fileprivate var classicRange: Range<Int> {
    range.lowerBound + blockSize..<range.upperBound + blockSize
  }
}

extension StoreReport.Contents {
  private static let headerByteCount = 38
  private static let entryByteCount = 25

  /// Bytes of the clumps without their headers.
  var storedByteCount: Int { usedByteCount - Self.headerByteCount * clumpCount }

  /// Bytes of the clumps, and of the directory of them.
  var storageByteCount: Int { usedByteCount + Self.entryByteCount * clumpCount }
}

extension Range<Int> {
  fileprivate var halfOpen: String { "[\(lowerBound),\(upperBound))" }
}

/// A number with a comma before every three digits.
private func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude).utf8)
  var text = number < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.unicodeScalars.append(UnicodeScalar(digit))
  }
  return text
}
