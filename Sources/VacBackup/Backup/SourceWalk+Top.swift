internal import Posix
internal import SystemPackage
internal import VentiCore

// The top directory, which has what arguments name.
extension SourceWalk {
  /// Adds what arguments name.
  mutating func addArguments(_ merge: Merge) {
    do throws(BackupError) {
      // It is read again for names that come later, as any directory.
      if case .contents(let path)? = arguments.only {
        let directory = topDirectory(path)
        frames[0].contents = directory
        return try attempt(directory) { (walk) throws(BackupError) in
          try walk.readContents(of: directory, merge)
        }
      }
      try arguments.visit { (argument, place) throws(BackupError) in
        try add(argument, place, merge)
      }
      try readTop()
    } catch {
      topFaults.append(BackupProblem(path: [], error: error))
    }
  }

  private mutating func add(
    _ argument: SourceArgument, _ place: ArgumentList.Place, _ merge: Merge
  ) throws(BackupError) {
    switch argument {
    case .standardInput(let name): try add(name, place)
    case .file(let name, let parent):
      if isArchive(name), try addArchive(name, in: topDirectory(parent), place, merge) { return }
      try add(name, place)
    case .contents(let path):
      let directory = topDirectory(path)
      try attempt(directory) { (walk) throws(BackupError) in
        try walk.addContents(of: directory, place, merge)
      }
    }
  }

  private mutating func add(
    _ name: [UInt8], _ place: ArgumentList.Place
  ) throws(BackupError) {
    try settingAside { () throws(ScratchError) in try top.add(name, place) }
  }

  private mutating func addContents(
    of directory: TreeDirectory, _ place: ArgumentList.Place, _ merge: Merge
  ) throws(BackupError) {
    frames[0].archives = nil
    var last: [UInt8]?
    repeat {
      let range = try names(in: directory, after: last, place, merge)
      for position in 0..<range.names.count { try add(range.names[position].name, place) }
      last = range.end
    } while last != nil
  }

  /// Reads a directory; that it cannot be read is told in time.
  private mutating func attempt(
    _ directory: TreeDirectory, _ body: (inout Self) throws(BackupError) -> Void
  ) throws(BackupError) {
    do throws(BackupError) {
      try body(&self)
    } catch {
      if error.endsEverything { throw error }
      topFaults.append(BackupProblem(path: directory.path, error: error))
    }
  }

  /// Has the names of arguments that come next in the top frame.
  mutating func readTop() throws(BackupError) {
    let names = try settingAside { () throws(ScratchError) in try top.next() }
    change(0) { $0.take(names) }
    frames[0].continues = !top.isEmpty
  }

  /// Goes to what an argument names.
  mutating func visitTop(
    _ next: WalkFrame.Next, _ place: ArgumentList.Place, _ merge: Merge
  ) -> Step {
    do throws(BackupError) {
      let argument = try settingAside { () throws(ScratchError) in
        try arguments.argument(at: place)
      }
      switch argument {
      case .standardInput(let name): return .standardInput(name)
      case .contents(let path): return visit(next, in: topDirectory(path), merge)
      case .file(let name, let path):
        let directory = topDirectory(path)
        guard name == next.name else {
          // As much of it as a name may have is in the table.
          let error = BackupError.system("stat", .fileNameTooLong)
          return .fault(BackupProblem(path: directory.path(to: name), error: error))
        }
        return visit(next, in: directory, merge)
      }
    } catch {
      return .fault(BackupProblem(path: next.name, error: error))
    }
  }

  private mutating func topDirectory(_ path: FilePath) -> TreeDirectory {
    if let known = topDirectories.value(for: path) { return known }
    lastID += 1
    let directory = TreeDirectory(id: lastID, path: path)
    topDirectories.insert(directory, for: path, cost: 1)
    return directory
  }
}
