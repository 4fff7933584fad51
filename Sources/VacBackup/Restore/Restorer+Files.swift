internal import Posix
internal import SystemPackage
internal import VacArchive
internal import VentiCore

// What the threads of a restore do: one file at a time, or a part of a large one.
extension Restorer {
  /// Files of more bytes are shared out to all threads, in parts of about so many.
  private static let partByteCount = 8 << 20

  /// Restores a file, or a part of the work of it: large files are finished by another thread.
  func perform(_ job: Job, with crew: RestoreCrew) {
    handles.keep(job.handle, of: job.directory.tree)
    guard !isEnding else { return release(job.directory) }
    guard let key = job.link else { return restore(job, with: crew) }
    do throws(RestoreError) {
      switch try keeping({ () throws(ScratchError) in try links.take(key, job.name) }) {
      case .first:
        restore(job, with: crew)
      case .later(let original):
        link(job.name, to: original, key, of: job.item.linkCount)
        release(job.directory)
      case .wait:
        break
      }
    } catch {
      report(error, at: job.directory.path(to: job.item.name))
      release(job.directory)
    }
  }

  private func restore(_ job: Job, with crew: RestoreCrew) {
    do throws(RestoreError) {
      if job.item.kind == .file {
        try restoreFile(job, with: crew)
      } else {
        try makeSpecial(job)
        finish(job, nil)
      }
    } catch {
      finish(job, error)
    }
  }

  /// Ends a job: what has waited for it goes on.
  private func finish(_ job: Job, _ error: RestoreError?) {
    if let error {
      report(error, at: job.directory.path(to: job.item.name))
    } else {
      counters.files.add()
    }
    if let key = job.link { settle(job, key, isRestored: error == nil) }
    handles.keep(job.handle, of: job.directory.tree)
    release(job.directory)
  }

  // MARK: - Hard links

  private func settle(_ job: Job, _ key: HardLinks.Key, isRestored: Bool) {
    let original = isRestored ? note(job, key) : nil
    for name in links.settle(key, original: original) {
      if let original {
        link(name, to: original, key, of: job.item.linkCount)
      } else {
        report(.originalLost, at: name.directory.path(to: name.name))
      }
      release(name.directory)
    }
  }

  private func note(_ job: Job, _ key: HardLinks.Key) -> Int? {
    do throws(RestoreError) {
      return try keeping { () throws(ScratchError) in try links.note(key, job.name) }
    } catch {
      report(error, at: job.directory.path(to: job.item.name))
      return nil
    }
  }

  private func link(
    _ name: HardLinks.Name, to original: Int, _ key: HardLinks.Key, of count: Int
  ) {
    do throws(RestoreError) {
      let directory = try handles.handle(of: name.directory.tree)
      let (source, originalName) = try find(original, near: name.directory.tree)
      let temporaryName = temporaryNames.next()
      try attempt("link") { () throws(Errno) in
        try directory.makeHardLink(temporaryName, to: originalName, in: source)
      }
      try directory.replace(name.name, by: temporaryName)
      // If the name was such a link before, renaming has done nothing.
      try? directory.remove(temporaryName)
      counters.files.add()
    } catch {
      report(error, at: name.directory.path(to: name.name))
    }
    do throws(RestoreError) {
      try keeping { () throws(ScratchError) in try links.countLink(key, of: count) }
    } catch {
      report(error, at: name.directory.path(to: name.name))
    }
  }

  /// The directory of an original, and its name in it.
  private func find(
    _ original: Int, near other: TreeDirectory
  ) throws(RestoreError) -> (DirectoryHandle, name: [UInt8]) {
    let (directory, name) = try keeping { () throws(ScratchError) in try links.name(at: original) }
    return (try handles.handle(of: directory, near: other), name)
  }

  // MARK: - Files

  /// Restores a regular file, and ends its job.
  private func restoreFile(_ job: Job, with crew: RestoreCrew) throws(RestoreError) {
    let contents = try Contents(
      of: try job.item.stream, in: source, readsAhead: options.readsAhead)
    let file = try begin(job, contents)
    let leafSize = contents.tree.entry.leafSize
    let partSize = max(1, Self.partByteCount / leafSize) * leafSize
    let count = contents.size / partSize + 1
    // One part needs to know nothing of the others.
    if count == 1 { return finish(job, file, writeWhole(file)) }
    try setSize(file)
    let work = SharedWork<RestoreError>(count: count) { [self] (number) throws(RestoreError) in
      if isEnding { throw .interrupted }
      let start = number * partSize
      try file.write(start..<min(start + partSize, contents.size))
    } finish: { [self] error in
      finish(job, file, error)
    }
    crew.share(work)
  }

  /// Makes the file that gets the contents, or takes the one that is there.
  private func begin(_ job: Job, _ contents: Contents) throws(RestoreError) -> FileInProgress {
    let directory = try handles.handle(of: job.directory.tree)
    let name = job.item.name
    if options.rewritesInPlace, let file = existingFile(name, in: directory) {
      return FileInProgress(
        directory: directory, name: name, firstName: name, isNew: false, file: file,
        contents: contents, counters: counters)
    }
    let firstName = firstName(of: job)
    let file = try attempt("create") { () throws(Errno) in
      try directory.makeFile(
        firstName, permissions: attributes.firstPermissions(of: job.item))
    }
    return FileInProgress(
      directory: directory, name: name, firstName: firstName, isNew: true, file: file,
      contents: contents, counters: counters)
  }

  /// The name with which a file is made: its own one only where it cannot be seen yet.
  private func firstName(of job: Job) -> [UInt8] {
    job.directory.finalName == nil ? temporaryNames.next() : job.item.name
  }

  /// The file that is there, if it can be rewritten in place.
  private func existingFile(_ name: [UInt8], in directory: DirectoryHandle) -> File? {
    guard let file = try? directory.file(name, for: .readWrite), let status = try? file.status(),
      // By its other names, the file may be outside the target.
      status.kind == .file, status.linkCount == 1
    else { return nil }
    return file
  }

  private func setSize(_ file: FileInProgress) throws(RestoreError) {
    do throws(RestoreError) {
      try file.setSize()
    } catch {
      file.abandon()
      throw error
    }
  }

  private func writeWhole(_ file: FileInProgress) -> RestoreError? {
    do throws(RestoreError) {
      if !file.isNew { try file.setSize() }
      let end = try file.write(0..<file.contents.size)
      if end < file.contents.size { try file.setSize() }
      return nil
    } catch {
      return error
    }
  }

  /// Puts a file in its place, or leaves nothing of it, and ends its job.
  private func finish(_ job: Job, _ file: FileInProgress, _ failure: RestoreError?) {
    do throws(RestoreError) {
      if let failure { throw failure }
      setAttributes(job, on: file.subject)
      try file.commit()
      finish(job, nil)
    } catch {
      file.abandon()
      finish(job, error)
    }
  }

  private func setAttributes(_ job: Job, on file: FileSubject) {
    for error in attributes.set(job.item, on: file) {
      report(error, at: job.directory.path(to: job.item.name))
    }
  }

  // MARK: - Links, devices, pipes and sockets

  private func makeSpecial(_ job: Job) throws(RestoreError) {
    let directory = try handles.handle(of: job.directory.tree)
    let firstName = firstName(of: job)
    let target = job.item.kind == .link ? try readTarget(of: job) : nil
    if let target {
      try attempt("make link") { () throws(Errno) in
        try directory.makeLink(firstName, to: target)
      }
    } else {
      let file = try specialFile(job.item)
      try attempt("make special file") { () throws(Errno) in
        try directory.makeSpecialFile(firstName, file)
      }
    }
    setAttributes(
      job, on: FileSubject(directory: directory, name: firstName, open: nil, isNew: true))
    if firstName != job.item.name { try directory.replace(job.item.name, by: firstName) }
  }

  /// Reads where a link points.
  ///
  /// What is left of a target that was cut is better than nothing, and reported.
  private func readTarget(of job: Job) throws(RestoreError) -> [UInt8] {
    let entry = try job.item.stream
    let target = try reading { () throws(ArchiveError) in try entry.linkTarget(in: source) }
    if target.count < entry.size {
      let path = job.directory.path(to: job.item.name)
      report(.cutLink(stored: target.count, of: entry.size), at: path)
    }
    return target
  }

  private func specialFile(_ item: Item) throws(RestoreError) -> DirectoryHandle.SpecialFile {
    guard item.kind == .device else { return item.kind == .pipe ? .pipe : .socket }
    let device = try item.deviceNumber(in: source)
    let id = DeviceID(major: device.major, minor: device.minor)
    return device.isBlock ? .blockDevice(id) : .characterDevice(id)
  }
}
