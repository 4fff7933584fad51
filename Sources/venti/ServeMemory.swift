import CommandSupport
import Posix
import VentiServer
import VentiStore
import VentiTools

/// The memory that a server takes at the most, beside what it may take.
///
/// Checked before it starts: memory that cannot be had later would end it in the middle of its work.
struct ServeMemory {
  /// Blocks, what the index lacks, and what clients hold.
  private let limitedByteCount: Int

  /// What the program takes besides.
  private static let programByteCount = 32 << 20
  /// What it takes of addresses besides: code, and for each processor the range that the C library
  /// reserves for small objects, and stacks of threads.
  private static let programAddressCount = (64 + 80 * Machine.processorCount) << 20
  /// What makes it less.
  private static let advice = "-B, -C, -I and --client-memory make it less"

  init(_ configuration: StoreConfiguration, _ options: ServerOptions, isReadOnly: Bool) {
    let write = isReadOnly ? 0 : WriteOptions(configuration).memoryByteCount
    limitedByteCount = [options.cacheBytes, options.clientBytes, write].reduce(0) {
      let (sum, overflows) = $0.addingReportingOverflow($1)
      return overflows ? .max / 2 : sum
    }
  }

  /// Checks that there is room for it.
  func checkAddressSpace(_ limit: Int? = MemoryLimit.addressSpace) throws(CommandError) {
    let need = limitedByteCount + Self.programAddressCount
    guard let limit, limit < need else { return }
    throw CommandError(
      "the limit of \(Text.size(limit)) (ulimit -v) is less than the \(Text.size(need)) of memory that "
        + "may be needed; \(Self.advice)")
  }

  /// What the owner should know of a limit that may be too low; nil where it is not.
  func warning(_ limit: Int? = MemoryLimit.controlGroup()) -> String? {
    let need = limitedByteCount + Self.programByteCount
    guard let limit, limit < need else { return nil }
    return "memory is limited to \(Text.size(limit)), and up to \(Text.size(need)) may be taken; "
      + Self.advice
  }
}
