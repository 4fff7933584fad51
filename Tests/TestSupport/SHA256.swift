internal import CLibcrypto
internal import Glibc
internal import SystemPackage

/// SHA-256 of a file, by libcrypto.
enum SHA256 {
  private static let byteCount = 32
  private static let chunkSize = 1 << 20

  /// The digest of a file's contents in hexadecimal, and how many bytes they are.
  static func digest(of path: FilePath) throws(Errno) -> (hexadecimal: String, count: Int64) {
    let descriptor = path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
    var chunk = [UInt8](repeating: 0, count: chunkSize)
    var total: Int64 = 0
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      guard count >= 0 else { throw Errno(rawValue: errno) }
      if count == 0 { break }
      EVP_DigestUpdate(context, chunk, count)
      total += Int64(count)
    }
    var digest = [UInt8](repeating: 0, count: byteCount)
    EVP_DigestFinal_ex(context, &digest, nil)
    return (digest.map(hexadecimal).joined(), total)
  }

  private static func hexadecimal(_ byte: UInt8) -> String {
    byte < 0x10 ? "0" + String(byte, radix: 16) : String(byte, radix: 16)
  }
}
