internal import VacArchive
internal import VentiCore

extension Item {
  /// The stream that holds its contents.
  var stream: Entry {
    get throws(RestoreError) {
      switch contents {
      case .stream(let entry): return entry
      case .damaged(let error): throw .archive(error)
      case .directory: preconditionFailure("a directory has two streams")
      }
    }
  }

  /// The directory that it is; nil for anything else, and where that cannot be read.
  var directory: DirectoryReference? {
    if case .directory(let reference) = contents { reference } else { nil }
  }

  /// The numbers of a device: as they were recorded, or else from its contents.
  func deviceNumber(in source: any BlockSource) throws(RestoreError) -> DeviceNumber {
    if let device = unix?.device { return device }
    let entry = try stream
    return try reading { () throws(ArchiveError) in try entry.deviceNumber(in: source) }
  }
}
