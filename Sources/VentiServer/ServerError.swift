/// Why a server cannot serve.
public enum ServerError: Error, Sendable, Equatable {
  /// No socket listens at the address.
  case cannotListen(address: String, reason: String)
}

extension ServerError: CustomStringConvertible {
  /// The address, and the reason.
  public var description: String {
    switch self {
    case .cannotListen(let address, let reason): "address '\(address)': \(reason)"
    }
  }
}
