public import SystemPackage
public import VentiCore

/// Why a store, or a part of one, cannot be used.
public enum StoreError: Error, Sendable, Equatable {
  /// The system refused an operation on a file.
  case file(path: String, operation: String, Errno)
  /// The name of a partition is not of a form that `PartitionName` knows, or names nothing.
  case partitionName(String, reason: String)
  /// A range is not within its partition.
  case outside(partition: String, offset: Int, count: Int, length: Int)
  /// A file has become shorter than it was when its partition was opened.
  case shortened(partition: String, offset: Int)
  /// Bytes are not in memory, and who asks for them does not wait.
  case notInMemory(partition: String, offset: Int)
  /// The bytes at `place` are not what their format asks for.
  case malformed(place: String, FormatError)
  /// What `place` says contradicts another part of the store.
  case inconsistent(place: String, reason: String)
  /// A partition cannot be formatted so.
  case format(partition: String, reason: String)
  /// A partition holds something that formatting it would destroy.
  case occupied(partition: String, by: String)
  /// Another process writes to the store; nil when the system does not say which.
  case locked(path: String, process: Int?)
  /// A configuration cannot be used; `line` counts from 1.
  case configuration(path: String, line: Int?, reason: String)
}

extension StoreError: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    switch self {
    case .file(let path, let operation, let error):
      "\(quoted(path)): \(operation): \(error)"
    case .partitionName(let name, let reason):
      "partition \(quoted(name)): \(reason)"
    case .outside(let partition, let offset, let count, let length):
      "partition \(quoted(partition)): \(count) bytes at \(offset) are beyond its \(length) bytes"
    case .shortened(let partition, let offset):
      "partition \(quoted(partition)): file ends at \(offset), it was longer when it was opened"
    case .notInMemory(let partition, let offset):
      "partition \(quoted(partition)): bytes at \(offset) are not in memory"
    case .malformed(let place, let error):
      "\(place): \(error)"
    case .inconsistent(let place, let reason):
      "\(place): \(reason)"
    case .format(let partition, let reason):
      "partition \(quoted(partition)): \(reason)"
    case .occupied(let partition, let content):
      "partition \(quoted(partition)): holds \(content)"
    case .locked(let path, let process):
      "store with the lock \(quoted(path)) is in use by "
        + (process.map { "process \($0)" } ?? "another process")
    case .configuration(let path, let line, let reason):
      "\(quoted(path))" + (line.map { " line \($0)" } ?? "") + ": \(reason)"
    }
  }
}
