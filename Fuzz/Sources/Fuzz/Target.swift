/// What can be fuzzed: bytes from outside, by what reads them.
enum Target: String, CaseIterable {
  case frames, clumps, buckets, configurations, arenas, directories, trees, archives, addresses,
    pages, recovery, disks, mounts, printouts

  /// Reads an input in every way that there is; none may trap, and what was read is written again.
  func run(_ bytes: [UInt8]) {
    switch self {
    case .frames: Frames.run(bytes)
    case .clumps: Clumps.run(bytes)
    case .buckets: Buckets.run(bytes)
    case .configurations: Configurations.run(bytes)
    case .arenas: Arenas.run(bytes)
    case .directories: Directories.run(bytes)
    case .trees: Trees.run(bytes)
    case .archives: Archives.run(bytes)
    case .addresses: Addresses.run(bytes)
    case .pages: Pages.run(bytes)
    case .recovery: Recovery.run(bytes)
    case .disks: Disks.run(bytes)
    case .mounts: Mounts.run(bytes)
    case .printouts: Printouts.run(bytes)
    }
  }
}
