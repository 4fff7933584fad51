import ArgumentParser
import VentiCore

extension BlockType {
  /// Parses the type on a command line: a decimal number from 0 to 16.
  init(argument: String) throws {
    guard let number = Int(argument), let type = BlockType(number: number) else {
      throw ValidationError("expected a number from 0 to 16")
    }
    self = type
  }
}
