internal import Posix
package import VacArchive
package import VentiCore

/// Lists files as `ls -l` does: kind and permissions, owner, group, size, time, path.
package struct Listing {
  private let source: any BlockSource

  /// - Parameter source: where targets of links, and numbers of devices, are read.
  package init(from source: any BlockSource) {
    self.source = source
  }

  /// One file's line, without its end.
  ///
  /// - Parameter write: takes the line, in pieces.
  /// - Returns: what could not be read for it.
  package func write<Failure: Error>(
    _ item: Item, at path: WalkPath, _ write: ([UInt8]) throws(Failure) -> Void
  ) throws(ReadOrWriteError<Failure>) -> RestoreError? {
    var problem: RestoreError?
    func read<Value>(_ body: () throws(RestoreError) -> Value) -> Value? {
      do throws(RestoreError) { return try body() } catch {
        problem = error
        return nil
      }
    }
    let device =
      item.kind == .device
      ? read { () throws(RestoreError) in try item.deviceNumber(in: source) } : nil
    let size = device.map { "\($0.major), \($0.minor)" } ?? "\(item.size)"
    let columns = [
      mode(of: item, isBlock: device?.isBlock ?? false),
      name(item.owner, item.unix?.owner?.user).padded(to: 8),
      name(item.group, item.unix?.owner?.group).padded(to: 8),
      size.padded(to: 11, onTheLeft: true), time(item.modified), "",
    ]
    try writing { () throws(Failure) in try write(Array(columns.joined(separator: " ").utf8)) }
    try path.forEachPiece(write)
    if item.kind == .link,
      let target = read({ () throws(RestoreError) in try target(of: item) })
    {
      try writing { () throws(Failure) in try write(Array(" -> ".utf8) + target) }
    }
    return problem ?? item.damage
  }

  private func target(of item: Item) throws(RestoreError) -> [UInt8] {
    let entry = try item.stream
    return try reading { () throws(ArchiveError) in try entry.linkTarget(in: source) }
  }

  private func name(_ name: [UInt8], _ number: UInt32?) -> String {
    name.isEmpty ? number.map { "\($0)" } ?? "-" : String(decoding: name, as: UTF8.self)
  }

  /// The ten characters of `ls -l`.
  private func mode(of item: Item, isBlock: Bool) -> String {
    let kind: Character =
      switch item.kind {
      case .file: "-"
      case .directory: "d"
      case .link: "l"
      case .device: isBlock ? "b" : "c"
      case .pipe: "p"
      case .socket: "s"
      }
    var text = String(kind)
    let special: [(bit: UInt16, set: Character, alone: Character)] = [
      (0o4000, "s", "S"), (0o2000, "s", "S"), (0o1000, "t", "T"),
    ]
    for (place, special) in special.enumerated() {
      let bits = item.permissions >> UInt16(6 - 3 * place) & 7
      let isExecutable = bits & 1 != 0
      text.append(bits & 4 != 0 ? "r" : "-")
      text.append(bits & 2 != 0 ? "w" : "-")
      if item.permissions & special.bit != 0 {
        text.append(isExecutable ? special.set : special.alone)
      } else {
        text.append(isExecutable ? "x" : "-")
      }
    }
    return text
  }

  /// Year to minute, in the time zone of this machine.
  private func time(_ time: FileTime) -> String {
    guard let local = LocalTime(seconds: time.seconds) else { return "@\(time.seconds)" }
    let date = [local.year, local.month, local.day].map(\.twoDigits).joined(separator: "-")
    return "\(date) \(local.hour.twoDigits):\(local.minute.twoDigits)"
  }
}

extension Item {
  /// Why its contents cannot be read.
  package var damage: RestoreError? {
    if case .damaged(let error) = contents { .archive(error) } else { nil }
  }
}

extension Int {
  /// The number with two digits at least.
  fileprivate var twoDigits: String { self < 10 && self >= 0 ? "0\(self)" : "\(self)" }
}

extension String {
  fileprivate func padded(to width: Int, onTheLeft: Bool = false) -> String {
    let blanks = String(repeating: " ", count: max(0, width - count))
    return onTheLeft ? blanks + self : self + blanks
  }
}
