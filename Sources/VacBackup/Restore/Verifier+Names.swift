internal import Posix
internal import SystemPackage
internal import VacArchive

// Names that are in a local directory, and not in the archive.
extension Verifier {
  /// The names in a directory, of which those that the archive has are to be removed.
  ///
  /// Where they are too many to be in memory until the walk has been through the directory, they are
  /// compared at once: as many at a time as there is room for, each time with all that the archive has.
  ///
  /// - Parameters:
  ///   - reference: the directory in the archive; nil where it cannot be read.
  ///   - open: the names of the directories above.
  /// - Returns: nil where nothing more is to be done.
  func names(
    in directory: TreeDirectory, of reference: DirectoryReference?, beside open: OpenNames
  ) -> RemainingNames? {
    let limit = options.scratch.memoryLimit
    let room = 2 * limit - open.byteCount
    do throws(RestoreError) {
      let handle = try handles.handle(of: directory)
      var range = try names(in: handle, after: nil, byteLimit: max(limit, room))
      if !range.leavesOut, range.names.byteCount <= room { return RemainingNames(range.names) }
      guard let reference else { return nil }
      while true {
        var names = RemainingNames(range.names)
        guard try remove(reference, from: &names) else { return nil }
        tell(names, in: directory)
        guard let last = range.end else { return nil }
        range = try self.names(in: handle, after: last, byteLimit: limit)
      }
    } catch {
      report(error, at: directory.path)
      return nil
    }
  }

  private func names(
    in handle: DirectoryHandle, after last: [UInt8]?, byteLimit: Int
  ) throws(RestoreError) -> FirstNames {
    var names = FirstNames(after: last, byteLimit: byteLimit)
    try attempt("read directory") { () throws(Errno) in
      try handle.forEachName { names.add($0) }
    }
    return names
  }

  /// Removes all names that a directory has in the archive.
  ///
  /// - Returns: whether all could be read; the walk tells of what cannot.
  private func remove(
    _ reference: DirectoryReference, from names: inout RemainingNames
  ) throws(RestoreError) -> Bool {
    do throws(ArchiveError) {
      var scan = try DirectoryScan(reference, in: source)
      while let directory = try scan.next() {
        guard directory.isComplete else { return false }
        for position in 0..<directory.count { names.remove(directory.name(at: position)) }
      }
      return true
    } catch {
      let error = RestoreError.archive(error)
      if error.endsEverything { throw error }
      return false
    }
  }

  /// Reports names that the archive does not have.
  func tell(_ extras: RemainingNames?, in directory: TreeDirectory) {
    guard let extras else { return }
    for name in extras.names { differ(directory.path(to: name), .extra) }
  }
}
