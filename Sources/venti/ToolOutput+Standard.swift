import CommandSupport
import VentiTools

extension ToolOutput {
  /// Standard output and standard error.
  static var standard: ToolOutput {
    ToolOutput(print: { Swift.print($0) }, note: { StandardError.print($0) })
  }
}
