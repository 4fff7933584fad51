internal import Posix
package import VacArchive
package import VentiCore

/// An archive of many days, as `vac -a` keeps it: directories `yyyy/mmdd`, and `mmdd.1` and so on
/// where a day has several.
package struct DayTree: Sendable {
  /// A day of the archive.
  package struct Day: Sendable {
    /// Where it is: `yyyy/mmdd`.
    package let path: String
    /// Its files.
    package let directory: DirectoryReference
  }

  /// The number of a day's directory: the files below it are counted from there.
  ///
  /// Every run counts anew, as plan9port's does. So a day in which nothing has changed has the same
  /// blocks as the one before.
  static let dayNumber: UInt64 = 1

  private static let directoryPermissions: UInt16 = 0o555

  /// The archive that a day is added to; nil for the first day.
  package let score: ArchiveScore?
  /// The most recent day in it.
  package private(set) var recent: Day?
  /// What of it cannot be kept.
  package private(set) var omissions: [String] = []

  private let now: FileTime
  private let year: [UInt8]
  private let day: [UInt8]
  private var years: [MergedFile] = []
  private var days: [MergedFile] = []

  /// The path of the day that is added.
  package var path: String { String(decoding: year + "/".utf8 + day, as: UTF8.self) }

  /// Prepares to add a day to an archive.
  ///
  /// - Parameters:
  ///   - archive: the days so far; nil when there are none.
  ///   - seconds: when it is, since 1970.
  package init(
    continuing archive: Archive?, in source: any BlockSource, at seconds: Int64
  ) throws(ArchiveError) {
    guard let time = LocalTime(seconds: seconds) else {
      throw .unstorable("date: the clock of this machine is wrong")
    }
    now = FileTime(seconds: seconds)
    year = Self.digits(time.year, count: 4)
    let today = Self.digits(time.month * 100 + time.day, count: 4)
    score = archive.map { ArchiveScore($0.score) }
    guard let archive else {
      day = today
      return
    }
    let top = try Directory(loading: archive.directory, from: source)
    var lost: [String] = []
    (years, lost) = try MergedFile.copies(of: archive.directory, from: source)
    omissions += lost
    if let reference = top.directory(named: year) {
      (days, lost) = try MergedFile.copies(of: reference, from: source)
      omissions += lost
    }
    day = Self.unusedName(today, among: days.map(\.name))
    recent = try Self.mostRecentDay(in: top, from: source)
  }

  /// Writes the directories above the new day.
  ///
  /// - Returns: the top directory's streams.
  func finish(
    _ contents: DirectoryStreams, _ writer: ArchiveWriter
  ) throws(ArchiveError) -> DirectoryStreams {
    var description = directory(day, qid: Self.dayNumber)
    description.space = QidSpace(offset: 0, maximum: writer.numbers.unused)
    var yearWriter = writer.makeDirectory()
    try yearWriter.append(description, contents, among: days)
    let yearContents = try yearWriter.finish()
    var topWriter = writer.makeDirectory()
    if let old = years.first(where: { $0.name == year && $0.isDirectory }) {
      for file in years {
        try topWriter.append(file.name == old.name ? old.with(contents: yearContents) : file)
      }
    } else {
      // No other year has this number.
      let number = UInt64(String(decoding: year, as: UTF8.self)) ?? Self.dayNumber
      try topWriter.append(
        directory(year, qid: number), yearContents, among: years.filter { $0.name != year })
    }
    return try topWriter.finish()
  }

  private func directory(_ name: [UInt8], qid: UInt64) -> FileDescription {
    var file = FileDescription(
      name: name, kind: .directory, permissions: Self.directoryPermissions, modified: now,
      qid: qid)
    (file.owner, file.group) = (Array("vac".utf8), Array("vac".utf8))
    return file
  }

  // MARK: - Names

  /// `name`, or with the least number after it that no other file has.
  private static func unusedName(_ name: [UInt8], among names: [[UInt8]]) -> [UInt8] {
    let taken = Set(names)
    var number = 0
    var unused = name
    while taken.contains(unused) {
      number += 1
      unused = name + Array(".\(number)".utf8)
    }
    return unused
  }

  private static func mostRecentDay(
    in top: Directory, from source: any BlockSource
  ) throws(ArchiveError) -> Day? {
    let years = (0..<top.count).compactMap { position in
      Self.year(top.name(at: position)).map { (number: $0, position: position) }
    }
    for year in years.sorted(by: { $0.number > $1.number }) {
      guard case .directory(let reference) = top[year.position].contents else { continue }
      let days = try Directory(loading: reference, from: source)
      let numbered = (0..<days.count).compactMap { position in
        Self.day(days.name(at: position)).map { (number: $0, position: position) }
      }
      for day in numbered.sorted(by: { $0.number > $1.number }) {
        guard case .directory(let found) = days[day.position].contents else { continue }
        let names = [top.name(at: year.position), days.name(at: day.position)]
        return Day(
          path: String(decoding: Array(names.joined(separator: "/".utf8)), as: UTF8.self),
          directory: found)
      }
    }
    return nil
  }

  /// The year that a name is; nil for other names.
  static func year(_ name: [UInt8]) -> Int? {
    guard name.count == 4, let year = number(name), year >= 1900 else { return nil }
    return year
  }

  /// The day of the year that a name is, and which of that day; nil for other names.
  static func day(_ name: [UInt8]) -> (Int, Int)? {
    let parts = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, first.count == 4,
      let day = number(Array(first)), (100...1231).contains(day)
    else { return nil }
    guard parts.count == 2 else { return (day, 0) }
    guard parts[1].first != UInt8(ascii: "0"), let which = number(Array(parts[1])), which > 0
    else { return nil }
    return (day, which)
  }

  private static func number(_ digits: [UInt8]) -> Int? {
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(String(decoding: digits, as: UTF8.self))
  }

  private static func digits(_ number: Int, count: Int) -> [UInt8] {
    let text = "\(number)"
    return Array((String(repeating: "0", count: max(0, count - text.count)) + text).utf8)
  }
}

extension Directory {
  /// The streams of a directory in this one.
  fileprivate func directory(named name: [UInt8]) -> DirectoryReference? {
    guard let position = position(of: name),
      case .directory(let reference) = self[position].contents
    else { return nil }
    return reference
  }
}

extension DirectoryWriter {
  /// Adds a directory at its place among files that there are.
  fileprivate mutating func append(
    _ directory: FileDescription, _ contents: DirectoryStreams, among files: [MergedFile]
  ) throws(ArchiveError) {
    for file in files where ArchiveOrder.isOrdered(file.name, directory.name) { try append(file) }
    try append(directory, contents: contents)
    for file in files where ArchiveOrder.isOrdered(directory.name, file.name) { try append(file) }
  }
}
