public import Fuse
import SystemPackage
import VacArchive
import VentiCore

// Extended attributes and access control lists, where a mount shows them.
extension ArchiveFileSystem {
  /// The names of a file's attributes.
  public func extendedAttributeNames(
    of node: NodeID, patience: Patience
  ) throws(FileSystemError) -> [[UInt8]] {
    try extendedAttributes(of: node, patience).map(\.name)
  }

  /// The value of one attribute, as it was when it was archived.
  public func extendedAttribute(
    _ name: [UInt8], of node: NodeID, patience: Patience
  ) throws(FileSystemError) -> [UInt8]? {
    try extendedAttributes(of: node, patience).first { $0.name == name }?.value
  }

  private func extendedAttributes(
    of node: NodeID, _ patience: Patience
  ) throws(FileSystemError) -> [ExtendedAttribute] {
    // Said once, and the kernel never asks again.
    guard options.showsExtendedAttributes else { throw .failed(.noFunction) }
    let item = try item(of: node)
    return try describing(item) { () throws(ArchiveError) in
      try item.extendedAttributes(in: source(patience))
    }
  }
}
