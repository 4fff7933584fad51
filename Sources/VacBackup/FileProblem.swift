/// A file that is not, in archive or target, as it should be.
package struct FileProblem<Reason>: Error, Sendable, Equatable, CustomStringConvertible
where Reason: Error & Equatable & CustomStringConvertible {
  /// The file's path, as it was walked to; empty for the whole.
  package let path: [UInt8]
  /// What is wrong.
  package let error: Reason

  package init(path: [UInt8], error: Reason) {
    self.path = path
    self.error = error
  }

  /// One line for people.
  package var description: String {
    path.isEmpty ? "\(error)" : "\(PathText.quoted(path)): \(error)"
  }
}
