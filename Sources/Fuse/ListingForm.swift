/// What a listing is for.
public enum ListingForm: Sendable, Hashable {
  /// Names, inode numbers and kinds: the nodes of entries are not looked at (`readdir`).
  case names
  /// The nodes as well: each entry taken with a node counts as a lookup of it (`readdirplus`).
  case nodes
}
