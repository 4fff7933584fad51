internal import VentiCore
internal import VentiStore

extension Arena {
  /// Goes through the clumps that the tail counts, after a line that says so.
  ///
  /// - Returns: whether all of them could be found.
  func forEachCounted(
    noting output: ToolOutput, _ body: (Clump) -> Void
  ) throws(StoreError) -> Bool {
    let tail = try tail()
    guard tail.written.clumpCount > 0 else { return true }
    output.note("reading directory for arena=\(name) with \(tail.written.clumpCount) entries")
    var isSound = true
    for result in try clumps() {
      switch result {
      case .failure(let error):
        output.note("\(error)")
        isSound = false
      case .success(let clump):
        guard clump.position.number < tail.written.clumpCount else { return isSound }
        body(clump)
      }
    }
    return isSound
  }
}
