package import VentiCore
package import VentiStore

/// Why a tool cannot do what it was asked to.
package enum ToolError: Error, Sendable, Equatable {
  /// A store of this machine, or a part of it, cannot be used.
  case store(StoreError)
  /// A block cannot be read or written.
  case block(BlockError)
  /// The bytes at `place` are not what their format asks for.
  case format(place: String, FormatError)
  /// A file of this machine cannot be used.
  case file(path: String, reason: String)
  /// A partition has no arena of this name.
  case noArena(String, partition: String)
  /// A value on the command line is none that there can be.
  case argument(String, reason: String)
  /// Two partitions do not go together.
  case mismatch(String)
  /// A server gave another answer over HTTP than was expected.
  case answer(server: String, reason: String)
}

extension ToolError: CustomStringConvertible {
  /// One line for people.
  package var description: String {
    switch self {
    case .store(let error): "\(error)"
    case .block(let error): "\(error)"
    case .format(let place, let error): "\(place): \(error)"
    case .file(let path, let reason): "\(quoted(path)): \(reason)"
    case .noArena(let name, let partition):
      "partition \(quoted(partition)): has no arena \(quoted(name))"
    case .argument(let text, let reason): "\(quoted(text)): \(reason)"
    case .mismatch(let reason): reason
    case .answer(let server, let reason): "\(server): \(reason)"
    }
  }
}

/// Runs a part of a tool that works on stores of this machine.
func onStore<Value>(
  _ body: () throws(StoreError) -> Value
) throws(ToolError) -> Value {
  do throws(StoreError) {
    return try body()
  } catch {
    throw .store(error)
  }
}

/// Runs a part of a tool that reads or writes blocks.
func onBlocks<Value>(
  _ body: () throws(BlockError) -> Value
) throws(ToolError) -> Value {
  do throws(BlockError) {
    return try body()
  } catch {
    throw .block(error)
  }
}
