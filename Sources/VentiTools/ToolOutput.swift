/// Where a tool says what it finds: whole lines, without their newlines.
///
/// What scripts parse goes to `print`, what people are told to `note`, as in plan9port's tools.
package struct ToolOutput: Sendable {
  /// Takes a line of standard output.
  package let print: @Sendable (String) -> Void
  /// Takes a line of standard error.
  package let note: @Sendable (String) -> Void

  /// Sends lines to two places.
  package init(
    print: @escaping @Sendable (String) -> Void, note: @escaping @Sendable (String) -> Void
  ) {
    self.print = print
    self.note = note
  }
}
