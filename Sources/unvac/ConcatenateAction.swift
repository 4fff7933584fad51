import CommandSupport
import SystemPackage
import VacArchive
import VacBackup
import VentiCore

/// Writes the contents of files to standard output.
struct ConcatenateAction: PrintingAction {
  let command: Unvac
  let opened: OpenedArchive
  let readsFiles = true

  func print(
    _ step: ArchiveWalk.Step, at path: WalkPath, to output: inout OutputBuffer
  ) throws(CommandError) -> RestoreError? {
    switch step {
    case .file(let item) where item.kind == .file:
      if command.isVerbose { StandardError.print(text(of: path.bytes)) }
      return try copy(item, &output)
    case .fault(let error): return error
    case .file, .enter, .leave: return nil
    }
  }

  /// - Returns: why the file could not be read to its end.
  private func copy(
    _ item: Item, _ output: inout OutputBuffer
  ) throws(CommandError) -> RestoreError? {
    do throws(ReadOrWriteError<CommandError>) {
      let contents = Concatenation(from: opened.cachedSource)
      try contents.read(item) { (block) throws(CommandError) in try output.write(block.array) }
      return nil
    } catch {
      switch error {
      case .read(let problem): return problem
      case .write(let failure): throw failure
      }
    }
  }

  private func text(of path: [UInt8]) -> String {
    String(decoding: PathText.printable(path), as: UTF8.self)
  }
}
