/// Why a command cannot do what it was asked to: one line for people.
public struct CommandError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What went wrong, where, and what to do.
  public let description: String

  /// Says what went wrong.
  public init(_ description: String) {
    self.description = description
  }
}
