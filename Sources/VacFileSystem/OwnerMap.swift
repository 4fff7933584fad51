import Posix

/// Turns the names of owners in an archive into numbers of this machine.
///
/// A name that this machine knows becomes its number; a number becomes itself; anything else
/// becomes the fallback. Each name is looked up once.
package final class OwnerMap: Sendable {
  /// Looks a name up on this machine.
  package typealias LookUp = @Sendable (String) -> UInt32?

  private let override: UInt32?
  private let fallback: UInt32
  private let lookUp: LookUp
  private let known = Monitor<[[UInt8]: UInt32?]>([:])

  /// - Parameters:
  ///   - override: the number of everything, whatever the archive says.
  ///   - fallback: the number of names that nobody here has.
  package init(override: UInt32?, fallback: UInt32, lookUp: @escaping LookUp) {
    self.override = override
    self.fallback = fallback
    self.lookUp = lookUp
  }

  /// The number of a name.
  ///
  /// - Parameter recorded: the number that the archive has beside the name, for a name that
  ///   this machine does not know.
  package func number(of name: [UInt8], recorded: UInt32? = nil) -> UInt32 {
    if let override { return override }
    return localNumber(of: name) ?? recorded ?? fallback
  }

  private func localNumber(of name: [UInt8]) -> UInt32? {
    if let number = known.withLock({ $0[name] }) { return number }
    // Not under the lock: the look-up may ask a directory service. Two threads that meet a
    // name at the same time both look it up, and find the same.
    let number = find(String(decoding: name, as: UTF8.self))
    known.withLock { $0[name] = .some(number) }
    return number
  }

  private func find(_ name: String) -> UInt32? {
    // vac prints numbers as signed: -2 is 4294967294.
    if let number = UInt32(name) { return number }
    if let number = Int32(name) { return UInt32(bitPattern: number) }
    return lookUp(name)
  }
}
