/// The answer to a request, before it takes the kernel's form.
package enum Reply {
  /// A file that was looked up, or that there is no such name.
  case node(Node?)
  case attributes(Attributes)
  case target([UInt8])
  case contents([Slice])
  case listing(Listing)
  case offset(UInt64)
  case bytes([UInt8])
  /// How long an extended attribute is.
  case length(Int)
  case statistics(FileSystemStatistics)

  /// The nodes that the kernel counts as handed to it once it has the reply.
  var countedNodes: [NodeID] {
    switch self {
    case .node(let node?): [node.id]
    case .listing(let listing): listing.countedNodes
    default: []
    }
  }
}
