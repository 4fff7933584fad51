internal import Posix

extension SourceWalk {
  /// Sends scouts ahead where the walk has had to wait for what the system says of files.
  mutating func lookAhead(_ place: Int) {
    guard lookout.step(), let scouts = lookout.scouts, let directory = frames[place].contents
    else { return }
    let (frame, handles) = (frames[place], handles)
    let isBound = options.staysOnFileSystem
    let isUseful = scouts.look(into: directory, from: frame.next) { subdirectories in
      guard let handle = try? handles.handle(of: directory) else { return nil }
      let fileSystem = isBound ? frame.fileSystem : nil
      if let subdirectories {
        return ScoutRegion(
          directory, handle, subdirectories: subdirectories, fileSystem: fileSystem)
      }
      return ScoutRegion(
        directory, handle, frame.names, from: frame.next, fileSystem: fileSystem)
    }
    if !isUseful { lookout.rest() }
  }
}
