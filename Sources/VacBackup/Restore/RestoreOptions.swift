/// What a restore sets beside the contents of files.
package struct RestoreOptions: Sendable {
  /// Owner and group, as far as this machine knows them.
  package var setsOwners: Bool
  /// Owners go by the archive's numbers, not by their names.
  package var prefersNumbers = false
  /// Permissions, set-id and sticky bits as archived; else only what the umask leaves.
  package var setsPermissions = true
  /// Times of modification and access.
  package var setsTimes = true
  /// Extended attributes, access control lists among them.
  package var setsAttributes = true
  /// A file that exists is compared, and only what differs is written, in place.
  package var rewritesInPlace = false
  /// Blocks that will be needed are asked for ahead: for a store that answers late.
  package var readsAhead = false
  /// Where that goes for which memory is not meant to grow.
  package var scratch = Scratch()
  /// Directories that may be unfinished though the walk has left them: not many more than there are in
  /// what waits for a thread, but for very deep trees.
  var leftLimit: Int { 4 * scratch.depthLimit }
  /// Files that are restored at the same time.
  package var threadCount: Int

  /// - Parameters:
  ///   - setsOwners: only root can give files away.
  ///   - threadCount: from some 2 for each processor to many for a distant store.
  package init(setsOwners: Bool, threadCount: Int) {
    self.setsOwners = setsOwners
    self.threadCount = threadCount
  }
}

/// Who wants to know how it goes.
package struct RestoreObserver: Sendable {
  /// Takes the path of each file when its turn comes, and whether it is a directory.
  package var file: (@Sendable (_ path: [UInt8], _ isDirectory: Bool) -> Void)?
  /// Takes what is not as it is in the archive; called from any thread.
  package var problem: @Sendable (RestoreProblem) -> Void

  package init(
    file: (@Sendable (_ path: [UInt8], _ isDirectory: Bool) -> Void)? = nil,
    problem: @escaping @Sendable (RestoreProblem) -> Void
  ) {
    self.file = file
    self.problem = problem
  }
}
