internal import Posix
internal import SystemPackage
internal import VacArchive

extension Restorer {
  /// Something for a thread to do.
  enum Work: Sendable {
    case file(Job)
    case directory(LeafDirectory)
  }

  /// A small directory with nothing but files in it.
  ///
  /// One thread makes it, with all its files. If it is new it has a name of its own for so long, and the
  /// files, which nobody can see there, are made under their final names: to rename each would take as
  /// long as to make it.
  struct LeafDirectory: Sendable {
    private static let countLimit = 64

    let parent: TargetDirectory
    /// As of a `Job`.
    let handle: DirectoryHandle?
    let item: Item
    let id: Int
    let files: [Item]

    /// Bytes in the files.
    var byteCount: Int { files.reduce(0) { $0 + $1.size } }

    /// Whether a directory with these files is one: little is lost if the restore is killed, no other
    /// thread is to help, and nobody else looks for a name in it.
    static func canHold(_ files: [Item]) -> Bool {
      files.count <= countLimit
        && files.allSatisfy { $0.size <= SmallFiles.byteLimit && HardLinks.Key($0) == nil }
        && files.reduce(0) { $0 + $1.size } <= SmallFiles.byteLimit
    }
  }

  /// Restores a directory.
  func restore(_ leaf: LeafDirectory, with crew: RestoreCrew) {
    defer { release(leaf.parent) }
    handles.keep(leaf.handle, of: leaf.parent.tree)
    guard !isEnding,
      let directory = make(leaf.item, id: leaf.id, in: leaf.parent, isLeaf: true)
    else { return }
    for item in leaf.files {
      directory.retain()
      perform(Job(directory: directory, handle: nil, item: item, link: nil), with: crew)
    }
    leave(directory, as: leaf.item, to: leaf.parent)
  }

  /// Gives a directory its name, if it has another one: all in it is there.
  ///
  /// - Returns: the directory of that name.
  func place(
    _ directory: TargetDirectory, _ handle: DirectoryHandle, in parent: DirectoryHandle
  ) throws(RestoreError) -> DirectoryHandle {
    guard directory.finalName != nil, case .entry(let temporaryName, _) = directory.tree.place
    else {
      return handle
    }
    do throws(Errno) {
      try parent.rename(temporaryName, to: directory.name)
      return handle
    } catch {
      // Somebody has made something of that name meanwhile, or the file system renames no directories.
      defer { try? parent.removeDirectory(temporaryName) }
      return try move(handle, to: directory.name, in: parent)
    }
  }

  /// Moves the files of a directory to the one of its final name, which is made unless it is there;
  /// where that cannot be, nothing of them is left.
  private func move(
    _ handle: DirectoryHandle, to name: [UInt8], in parent: DirectoryHandle
  ) throws(RestoreError) -> DirectoryHandle {
    let names = try attempt("read directory") { () throws(Errno) in try handle.names() }
    defer { for name in names { try? handle.remove(name) } }
    return try attempt("rename") { () throws(Errno) in
      try? parent.makeDirectory(name)
      let target = try parent.directory(name)
      for name in names { try handle.rename(name, to: name, in: target) }
      return target
    }
  }
}

extension DirectoryHandle {
  /// Whether a name is free.
  func hasNo(_ name: [UInt8]) -> Bool {
    do throws(Errno) {
      _ = try status(of: name)
      return false
    } catch {
      return error == .noSuchFileOrDirectory
    }
  }
}
