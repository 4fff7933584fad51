/// What a request asks of the file system, as a value that can be tried twice.
package enum Operation: Sendable, Hashable {
  case lookUp(name: [UInt8], directory: NodeID)
  case attributes(NodeID)
  case target(NodeID)
  case read(NodeID, offset: UInt64, count: Int)
  case list(NodeID, position: UInt64, form: ListingForm, capacity: Int)
  case seek(NodeID, offset: UInt64, target: SeekTarget)
  case extendedAttributeNames(NodeID, capacity: Int)
  case extendedAttribute(NodeID, name: [UInt8], capacity: Int)
  case statistics
}

extension Operation: CustomStringConvertible {
  package var description: String {
    switch self {
    case .lookUp(let name, let directory): "look up \(quoted(name)) in node \(directory.rawValue)"
    case .attributes(let node): "attributes of node \(node.rawValue)"
    case .target(let node): "target of node \(node.rawValue)"
    case .read(let node, let offset, let count):
      "read \(count) bytes at \(offset) of node \(node.rawValue)"
    case .list(let node, let position, let form, _):
      "list \(form) of node \(node.rawValue) from \(position)"
    case .seek(let node, let offset, let target):
      "seek \(target) from \(offset) in node \(node.rawValue)"
    case .extendedAttributeNames(let node, _):
      "names of extended attributes of node \(node.rawValue)"
    case .extendedAttribute(let node, let name, _):
      "extended attribute \(quoted(name)) of node \(node.rawValue)"
    case .statistics: "statistics"
    }
  }

  /// A name on one line, whatever bytes are in it.
  private func quoted(_ name: [UInt8]) -> String {
    String(decoding: name, as: UTF8.self).debugDescription
  }
}
