internal import CFuse
internal import Glibc

/// A file's contents as a list of addresses, the form of writev(2).
///
/// Safe as long as the slices outlive the list: `FixedBytes` promises that bytes stay at their
/// address while the value is held.
enum IOVector {
  /// The most pieces that one reply can have: `IOV_MAX` less one for libfuse's header.
  static let mostPieces = 1023

  /// The pieces of `slices`, or nil where a range leaves its bytes.
  @unsafe
  static func pieces(of slices: [Slice]) -> [iovec]? {
    var pieces: [iovec] = unsafe []
    unsafe pieces.reserveCapacity(slices.count)
    for slice in slices {
      switch slice {
      case .bytes(let bytes, let range):
        guard let piece = unsafe piece(of: bytes, range) else { return nil }
        unsafe pieces.append(piece)
      case .zeros(let count):
        guard count >= 0 else { return nil }
        unsafe appendZeros(count, to: &pieces)
      }
    }
    return unsafe pieces
  }

  /// The pieces copied together, for a reply that has too many of them.
  @unsafe
  static func joined(_ pieces: [iovec]) -> [UInt8] {
    let count = unsafe pieces.reduce(0) { unsafe $0 + $1.iov_len }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for index in unsafe pieces.indices {
      let piece = unsafe pieces[index]
      unsafe bytes.append(
        contentsOf: UnsafeRawBufferPointer(start: piece.iov_base, count: piece.iov_len))
    }
    return bytes
  }

  private static func piece(of bytes: any FixedBytes, _ range: Range<Int>) -> iovec? {
    var piece: iovec? = nil
    bytes.withBytes { span in
      unsafe span.withUnsafeBytes { buffer in
        guard range.lowerBound >= 0, range.upperBound <= buffer.count else { return }
        let part = unsafe UnsafeMutableRawBufferPointer(
          mutating: UnsafeRawBufferPointer(rebasing: buffer[range]))
        unsafe piece = iovec(iov_base: part.baseAddress, iov_len: part.count)
      }
    }
    return unsafe piece
  }

  private static func appendZeros(_ count: Int, to pieces: inout [iovec]) {
    var left = count
    while left > 0 {
      let part = unsafe min(left, zeros.count)
      unsafe pieces.append(iovec(iov_base: zeros.baseAddress, iov_len: part))
      left -= part
    }
  }

  /// One MiB of zeros, as much as a request asks for.
  ///
  /// A read-only private mapping: the kernel backs all of it with its one page of zeros. Never
  /// written, never unmapped.
  private nonisolated(unsafe) static let zeros: UnsafeMutableRawBufferPointer = {
    let count = 1 << 20
    let address = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    precondition(unsafe address != MAP_FAILED, "no memory for a page of zeros")
    return unsafe UnsafeMutableRawBufferPointer(start: address, count: count)
  }()
}
