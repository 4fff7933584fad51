import ArgumentParser
import CommandSupport

extension StoreOption {
  /// Checks that the store is named once.
  func validate(besides argument: String?) throws {
    guard name == nil || argument == nil else {
      throw ValidationError("Name one store, as an argument or with -h.")
    }
  }

  /// Opens the store for reading.
  func open() throws -> OpenStore {
    try OpenStore(at: location()) { StandardError.print("venti: \($0)") }
  }

  /// Opens the store for writing.
  func openForWriting() throws -> WritableStore {
    try WritableStore(at: location()) { StandardError.print("venti: \($0)") }
  }
}
