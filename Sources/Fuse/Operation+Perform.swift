internal import SystemPackage

extension Operation {
  /// Has the file system do it.
  package func perform(
    on fileSystem: any ReadOnlyFileSystem, patience: Patience
  ) throws(FileSystemError) -> Reply {
    switch self {
    case .lookUp(let name, let directory):
      .node(try fileSystem.lookUp(name, in: directory, patience: patience))
    case .attributes(let node):
      .attributes(try fileSystem.attributes(of: node, patience: patience))
    case .target(let node):
      .target(try fileSystem.target(of: node, patience: patience))
    case .read(let node, let offset, let count):
      .contents(try fileSystem.read(node, at: offset, count: count, patience: patience))
    case .list(let node, let position, let form, let capacity):
      .listing(
        try Listing(
          of: node, from: position, form: form, capacity: capacity, on: fileSystem,
          patience: patience))
    case .seek(let node, let offset, let target):
      .offset(try fileSystem.seek(node, from: offset, to: target, patience: patience))
    case .extendedAttributeNames(let node, let capacity):
      try bounded(
        try fileSystem.extendedAttributeNames(of: node, patience: patience).flatMap { $0 + [0] },
        by: capacity)
    case .extendedAttribute(let node, let name, let capacity):
      try bounded(
        try fileSystem.extendedAttribute(name, of: node, patience: patience), by: capacity)
    case .statistics:
      .statistics(fileSystem.statistics())
    }
  }

  /// The rule of getxattr(2): no room asks for the length, too little room is an error.
  private func bounded(_ bytes: [UInt8]?, by capacity: Int) throws(FileSystemError) -> Reply {
    guard let bytes else { throw .failed(.noData) }
    if capacity == 0 { return .length(bytes.count) }
    guard bytes.count <= capacity else { throw .failed(.outOfRange) }
    return .bytes(bytes)
  }
}
