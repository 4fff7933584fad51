internal import Posix
internal import VacArchive

extension FileStatus {
  /// What an archive calls it.
  var archiveKind: FileKind {
    switch kind {
    case .file: .file
    case .directory: .directory
    case .link: .link
    case .characterDevice, .blockDevice: .device
    case .pipe: .pipe
    case .socket: .socket
    }
  }

  /// The numbers of a device; nil for what is none.
  var device: DeviceNumber? {
    guard kind == .characterDevice || kind == .blockDevice else { return nil }
    return DeviceNumber(
      isBlock: kind == .blockDevice, major: deviceNumber.major, minor: deviceNumber.minor)
  }

  /// Whether nothing has happened to the file since.
  func isUnchanged(since other: FileStatus) -> Bool {
    size == other.size && modified == other.modified && changed == other.changed
  }
}

extension FileTime {
  init(_ time: FileStatus.Time) {
    self.init(seconds: time.seconds, nanoseconds: time.nanoseconds)
  }
}
