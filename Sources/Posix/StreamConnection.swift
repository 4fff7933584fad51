internal import Glibc
package import SystemPackage

/// A TCP connection of a plain thread, for short exchanges.
package struct StreamConnection: ~Copyable {
  /// Why there is no connection.
  package enum Failure: Error, Sendable, Equatable {
    /// The name of the host means nothing, for this reason.
    case unknownHost(String)
    /// No address of the host could be reached.
    case system(Errno)
  }

  private let descriptor: CInt

  /// Connects to a host, trying its addresses in turn.
  ///
  /// - Parameter seconds: how long connecting, and each read and write, may take.
  package init(host: String, port: UInt16, seconds: Int) throws(Failure) {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = CInt(bitPattern: SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = unsafe getaddrinfo(host, String(port), &hints, &list)
    guard status == 0, let first = unsafe list else {
      throw .unknownHost(unsafe String(cString: gai_strerror(status)))
    }
    defer { unsafe freeaddrinfo(first) }
    var failure = Errno.addressNotAvailable
    var next: UnsafeMutablePointer<addrinfo>? = unsafe first
    while let address = unsafe next {
      do throws(Errno) {
        unsafe descriptor = try Self.connect(address.pointee, seconds: seconds)
        return
      } catch {
        failure = error
      }
      unsafe next = address.pointee.ai_next
    }
    throw .system(failure)
  }

  deinit {
    close(descriptor)
  }

  /// Writes all of `bytes`.
  package func write(_ bytes: some Sequence<UInt8>) throws(Errno) {
    let bytes = Array(bytes)
    var done = 0
    while done < bytes.count {
      let rest = bytes[done...]
      done += try systemCall {
        unsafe rest.withUnsafeBytes {
          unsafe send(descriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
      }
    }
  }

  /// Reads until the other side ends, or until there are `limit` bytes.
  package func readAll(limit: Int) throws(Errno) -> [UInt8] {
    try FileDescriptor(rawValue: descriptor).readAll(limit: limit)
  }

  private static func connect(_ address: addrinfo, seconds: Int) throws(Errno) -> CInt {
    let type = unsafe address.ai_socktype | CInt(bitPattern: SOCK_CLOEXEC.rawValue)
    let descriptor = try systemCall {
      unsafe socket(address.ai_family, type, address.ai_protocol)
    }
    do throws(Errno) {
      var limit = timeval(tv_sec: seconds, tv_usec: 0)
      let size = socklen_t(MemoryLayout<timeval>.size)
      // On Linux the limit for sending is that for connecting too.
      for option in [SO_SNDTIMEO, SO_RCVTIMEO] {
        _ = try systemCall {
          unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, size)
        }
      }
      _ = try systemCall {
        unsafe Glibc.connect(descriptor, address.ai_addr, address.ai_addrlen)
      }
      return descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }
}
