internal import Foundation
public import SystemPackage

/// What every file of a tree looks like, to compare a mount or a restored tree with.
public struct Manifest: Sendable {
  /// A path as bytes: as strings, the composed and the decomposed form of one name are equal.
  private typealias Key = [UInt8]

  private let rows: [Key: ManifestRow]

  /// How many files the manifest describes.
  public var count: Int { rows.count }

  /// Collects rows, each with a path of its own.
  public init(_ rows: [ManifestRow]) {
    self.rows = Dictionary(uniqueKeysWithValues: rows.map { (Key($0.path.utf8), $0) })
  }

  /// Reads a `.jsonl` file: one JSON object a line.
  public init(contentsOf file: FilePath) throws {
    let text = try String(contentsOfFile: file.string, encoding: .utf8)
    let decoder = JSONDecoder()
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
    self.init(try lines.map { try decoder.decode(ManifestRow.self, from: Data($0)) })
  }

  /// Looks at every file below `top`, and reads those that have contents.
  public init(of top: FilePath) throws {
    self.init(try TreeEntry.all(below: top).map { try ManifestRow($0, below: top) })
  }

  /// The row of the file at `path`.
  public subscript(path: String) -> ManifestRow? { rows[Key(path.utf8)] }

  /// The manifest of one directory of this tree.
  public func below(_ directory: String) -> Manifest {
    let prefix = directory + "/"
    return Manifest(
      rows.values.filter { $0.path.hasPrefix(prefix) }.map { row in
        var row = row
        row.path.removeFirst(prefix.count)
        return row
      })
  }

  /// The manifest as this machine shows it, where it knows the owners by other numbers.
  public func onThisMachine() -> Manifest {
    Manifest(
      rows.values.map { row in
        var row = row
        row.uid = row.uid.map { LocalOwners.user($0) }
        row.gid = row.gid.map { LocalOwners.group($0) }
        return row
      })
  }

  /// Compares a tree with this manifest, and says in a line each what is not as it should be.
  ///
  /// A directory that only leads to files of this manifest needs no row in it.
  public func differences(in tree: Manifest) -> [String] {
    let leading = Set(rows.keys.flatMap(Manifest.ancestors))
    let missing = rows.filter { tree.rows[$0.key] == nil }.map { "\($0.value.path): missing" }
    let others = tree.rows.compactMap { key, found -> String? in
      guard let expected = rows[key] else {
        let leads = found.type == "d" && leading.contains(key)
        return leads ? nil : "\(found.path): not expected"
      }
      return found.difference(expected: expected).map { "\(found.path): \($0)" }
    }
    return (missing + others).sorted()
  }

  /// The directories above a path.
  private static func ancestors(of path: Key) -> [Key] {
    path.indices.filter { path[$0] == UInt8(ascii: "/") }.map { Key(path[..<$0]) }
  }
}
