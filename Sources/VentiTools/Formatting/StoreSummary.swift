package import SystemPackage
internal import VentiCore
package import VentiStore

/// What a store in a directory is made of, in one line.
package struct StoreSummary: CustomStringConvertible {
  /// `DIR: 4 arenas of 512 MiB, index of 102 MiB`.
  package let description: String

  /// Describes the store in `directory`.
  package init(of directory: FilePath) throws(StoreError) {
    let configuration = try StoreConfiguration(contentsOf: directory)
    let store = try ReadOnlyStore(configuration)
    if let problem = store.problems.first { throw problem }
    let size = store.arenas.reduce(0) { $0 + $1.geometry.length }
    let buckets = store.index?.map.bucketCount ?? 0
    let index = buckets * (store.index?.table.blockSize ?? 0)
    description =
      "\(quoted(directory.string)): \(Text.count(store.arenas.count, "arena")), "
      + "\(Text.size(size)); index of \(Text.size(index))"
      + (configuration.bloom == nil ? "" : "; bloom filter")
  }
}
