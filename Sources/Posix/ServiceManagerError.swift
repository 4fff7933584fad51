/// A variable of the environment by which a service manager says what makes no sense.
public struct ServiceManagerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Its name.
  public let variable: String
  /// What it says.
  public let found: String
  /// What it should say.
  public let expected: String

  /// The message.
  public var description: String { "$\(variable) '\(found)': expected \(expected)" }
}
