/// Gives the top-level records of one archive their numbers in another, in `ArchiveOrder`.
///
/// Its numbers n become n + offset, by the qid space of each of these records. `NumberSpace` tells
/// how they are read back.
struct MergeNumbers {
  /// What is added to the archive's numbers.
  let offset: UInt64
  /// The greatest of them.
  let maximum: UInt64
  /// For records that need other numbers.
  var numbers: FileNumbers

  mutating func renumber(_ record: inout Record) {
    guard let own = record.space else {
      record.space = QidSpace(offset: offset, maximum: maximum)
      return
    }
    // A space that begins anew has the same numbers as its siblings: it needs its own range.
    let base = own.offset == 0 ? numbers.reserve(maximum: own.maximum) : offset
    record.space = QidSpace(offset: own.offset &+ base, maximum: own.maximum)
    if record.qid > own.maximum { record.qid = numbers.next() }
  }
}
