internal import SystemPackage

/// Memory for what a call of xattr(7) returns.
enum AttributeBuffer {
  /// Makes a call that fills a buffer, anew with a larger one until all fits.
  static func fill(
    _ call: (UnsafeMutableBufferPointer<CChar>) -> Int
  ) throws(Errno) -> ArraySlice<CChar> {
    var size = 1024
    // XATTR_SIZE_MAX and XATTR_LIST_MAX.
    let largest = 1 << 16
    while true {
      var buffer = [CChar](repeating: 0, count: size)
      do throws(Errno) {
        let count = try systemCall {
          unsafe buffer.withUnsafeMutableBufferPointer { unsafe call($0) }
        }
        return buffer[..<count]
      } catch .outOfRange where size < largest {
        size *= 8
      }
    }
  }
}
