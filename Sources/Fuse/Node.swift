/// A file as it is handed to the kernel: its number and its attributes.
public struct Node: Sendable, Hashable {
  /// The number of later requests for the file.
  public var id: NodeID
  /// What `stat` shows.
  public var attributes: Attributes

  /// The file `id` with `attributes`.
  public init(id: NodeID, attributes: Attributes) {
    self.id = id
    self.attributes = attributes
  }
}
