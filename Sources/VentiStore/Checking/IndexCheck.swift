internal import VentiCore

/// Checks the index against the directories of the arenas, both ways, and the bloom filter.
struct IndexCheck {
  let index: Index
  let addresses: AddressMap
  let bloom: BloomBits?
  /// Bytes of memory for what should be in the index.
  let memoryByteCount: Int

  /// Runs the check.
  func run() throws(StoreError) -> CheckReport {
    var report = CheckReport()
    for error in index.problems { report.note(.index, error) }
    var comparison = try IndexComparison(
      index, addresses, bloom, memoryByteCount: memoryByteCount)
    try comparison.run { difference throws(StoreError) in note(difference, &report) }
    report.entryCount = comparison.entryCount
    return report
  }

  private func note(_ difference: IndexComparison.Difference, _ report: inout CheckReport) {
    let place = "bucket \(difference.bucket)"
    if !difference.isInOrder { note("\(place) is not in order", &report) }
    for entry in difference.spurious + difference.wrong.map(\.found) {
      note(
        "\(place): entry of \(entry.score) points to \(entry.address), where no such clump is",
        &report)
    }
    for entry in difference.missing { note("\(place): block \(entry.score) is missing", &report) }
    for score in difference.missingFromBloom {
      report.note(
        .bloom,
        .inconsistent(
          place: "partition \(quoted(bloom?.partition.name ?? ""))",
          reason: "block \(score) is missing"))
    }
  }

  private func note(_ reason: String, _ report: inout CheckReport) {
    report.note(
      .index, .inconsistent(place: "index \(quoted(index.table.name))", reason: reason))
  }
}
