internal import CFuse

/// Directory entries in the kernel's form (`struct fuse_dirent`, `struct fuse_direntplus`).
package struct Listing {
  /// The entries; valid up to `byteCount`.
  private var buffer: [UInt8]
  /// Length of what is there, in bytes.
  package private(set) var byteCount = 0
  /// The nodes that the kernel counts as looked up when it takes the listing.
  package private(set) var countedNodes: [NodeID] = []
  private let form: ListingForm

  /// An empty listing that takes up to `capacity` bytes.
  package init(capacity: Int, form: ListingForm) {
    buffer = [UInt8](repeating: 0, count: capacity)
    self.form = form
  }

  /// As many entries of a directory as fit, from `position` on.
  init(
    of directory: NodeID, from position: UInt64, form: ListingForm, capacity: Int,
    on fileSystem: any ReadOnlyFileSystem, patience: Patience
  ) throws(FileSystemError) {
    var listing = Listing(capacity: capacity, form: form)
    do throws(FileSystemError) {
      try fileSystem.list(directory, from: position, form: form, patience: patience) { entry in
        listing.append(entry)
      }
    } catch {
      for node in listing.countedNodes { fileSystem.forget(node, count: 1) }
      throw error
    }
    self = listing
  }

  /// Adds an entry if there is room for it.
  ///
  /// A name that no Linux file can have is taken but not shown: the kernel would refuse the
  /// whole listing.
  package mutating func append(_ entry: DirectoryEntry) -> Bool {
    guard entry.hasPossibleName else { return true }
    let start = byteCount
    let room = buffer.count - start
    let needed = unsafe buffer.withUnsafeMutableBytes { buffer in
      unsafe entry.encode(in: form, at: buffer.baseAddress.map { unsafe $0 + start }, room: room)
    }
    guard needed <= room else { return false }
    byteCount += needed
    if let node = entry.node, form == .nodes { countedNodes.append(node.id) }
    return true
  }

  /// The entries as the kernel gets them.
  package var bytes: ArraySlice<UInt8> { buffer[..<byteCount] }

  /// Lends the entries to `body`.
  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe buffer.withUnsafeBytes {
      unsafe body(UnsafeRawBufferPointer(rebasing: $0[..<byteCount]))
    }
  }
}

extension DirectoryEntry {
  /// Whether a Linux directory can hold the name.
  fileprivate var hasPossibleName: Bool {
    (1...255).contains(name.count) && !name.contains(0) && !name.contains(UInt8(ascii: "/"))
  }

  /// Writes the entry to `base` if it fits in `room`; returns the bytes it needs.
  fileprivate func encode(
    in form: ListingForm, at base: UnsafeMutableRawPointer?, room: Int
  ) -> Int {
    let target = unsafe base?.assumingMemoryBound(to: CChar.self)
    let position = off_t(truncatingIfNeeded: next)
    return unsafe withCName { name in
      switch form {
      case .names:
        var status = stat(self)
        return unsafe fuse_add_direntry(nil, target, room, name, &status, position)
      case .nodes:
        var parameters = fuse_entry_param(self)
        return unsafe fuse_add_direntry_plus(nil, target, room, name, &parameters, position)
      }
    }
  }

  /// Lends the name, with a NUL behind it, to `body`.
  private func withCName(_ body: (UnsafePointer<CChar>?) -> Int) -> Int {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: name.count + 1) { buffer in
      for index in name.indices { unsafe buffer[index] = CChar(bitPattern: name[index]) }
      unsafe buffer[name.count] = 0
      return unsafe body(buffer.baseAddress)
    }
  }
}
