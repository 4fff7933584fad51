import Glibc
import Posix

/// A TCP socket on the loopback, for doubles that send whatever a test wants.
///
/// Every receive has a time limit, so that no test hangs.
public final class RawSocket: Sendable {
  /// Why a raw socket did not do what a test asked.
  public struct Failure: Error, CustomStringConvertible {
    private let operation: String
    private let code: CInt

    /// Says what failed; without an error code, because the peer has ended the connection.
    public init(_ operation: String, code: CInt = 0) {
      self.operation = operation
      self.code = code
    }

    /// Whether the peer has ended the connection.
    public var isEnd: Bool { [0, ECONNRESET, EPIPE].contains(code) }

    /// What failed, and the error code.
    public var description: String { "\(operation): errno \(code)" }
  }

  private let descriptor: CInt

  private init(_ descriptor: CInt) {
    self.descriptor = descriptor
    var limit = timeval(tv_sec: 10, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(
      descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var one: CInt = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
  }

  deinit { Glibc.close(descriptor) }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private static func make() throws -> CInt {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure("socket", code: errno) }
    return descriptor
  }

  /// Connects to a port of this machine.
  public static func connect(port: UInt16) throws -> RawSocket {
    let raw = RawSocket(try make())
    var address = loopback(port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(raw.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failure("connect", code: errno) }
    return raw
  }

  /// Listens on a port of this machine; 0 is any free one.
  public static func listen(port: UInt16 = 0) throws -> RawSocket {
    let raw = RawSocket(try make())
    var one: CInt = 1
    setsockopt(raw.descriptor, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    var address = loopback(port)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(raw.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0, Glibc.listen(raw.descriptor, 64) == 0 else {
      throw Failure("listen", code: errno)
    }
    return raw
  }

  /// The port at this end.
  public var port: UInt16 {
    var address = sockaddr_in()
    var count = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &count)
      }
    }
    return UInt16(bigEndian: address.sin_port)
  }

  /// Waits for a connection; nil once the socket is shut down, or after ten seconds.
  public func accept() -> RawSocket? {
    let accepted = Glibc.accept(descriptor, nil, nil)
    return accepted >= 0 ? RawSocket(accepted) : nil
  }

  /// Sends all of `bytes`.
  public func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure("send", code: errno) }
      sent += count
    }
  }

  /// Receives exactly `count` bytes.
  public func receive(_ count: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count {
      let part = try receiveSome(count - bytes.count)
      guard !part.isEmpty else { throw Failure("receive") }
      bytes += part
    }
    return bytes
  }

  /// Receives what comes until the peer ends the connection.
  public func receiveAll() throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let part = try receiveSome(65_536)
      if part.isEmpty { return bytes }
      bytes += part
    }
  }

  /// Whether the peer ends the connection, after whatever else it sends.
  public func seesEnd() -> Bool {
    do {
      _ = try receiveAll()
      return true
    } catch {
      return (error as? Failure)?.isEnd == true
    }
  }

  private func receiveSome(_ limit: Int) throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: limit)
    let count = recv(descriptor, &buffer, limit, 0)
    guard count >= 0 else { throw Failure("receive", code: errno) }
    return Array(buffer[..<count])
  }

  /// Ends the connection both ways; a waiting `accept` returns.
  public func shutDown() {
    shutdown(descriptor, CInt(SHUT_RDWR))
  }

  /// Says that nothing more will be sent, and still listens.
  public func endOutput() {
    shutdown(descriptor, CInt(SHUT_WR))
  }
}
