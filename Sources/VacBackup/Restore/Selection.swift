/// Which files of an archive are meant: all of them, or those that paths name.
///
/// A path is literal. It means the file of that name and all that is below it; the directories
/// above are part of the selection as well, but not what else is in them.
package struct Selection: Sendable {
  /// A name in a path that somebody asked for.
  private struct Branch {
    var children: [[UInt8]: Int] = [:]
    /// The arguments that end here.
    var arguments: [Int] = []
  }

  /// What of a directory is meant.
  package struct Scope: Sendable {
    /// Whether everything in it is.
    package let isWhole: Bool
    let branch: Int?
  }

  /// The paths, as they were given.
  package let arguments: [[UInt8]]
  // A tree of names: the top first, children by their place.
  private var branches = [Branch()]

  /// Selects what paths name; no path at all selects everything.
  ///
  /// Slashes at the beginning and the end of a path, and components `.`, mean nothing.
  package init(_ arguments: [[UInt8]] = []) {
    self.arguments = arguments
    for (number, argument) in arguments.enumerated() {
      var branch = 0
      for name in argument.split(separator: UInt8(ascii: "/"))
      where !name.elementsEqual(".".utf8) {
        branch = child(Array(name), of: branch)
      }
      branches[branch].arguments.append(number)
    }
  }

  private mutating func child(_ name: [UInt8], of branch: Int) -> Int {
    if let child = branches[branch].children[name] { return child }
    branches.append(Branch())
    branches[branch].children[name] = branches.count - 1
    return branches.count - 1
  }

  /// What of the archive's top directory is meant.
  package var top: Scope {
    Scope(isWhole: arguments.isEmpty || !branches[0].arguments.isEmpty, branch: 0)
  }

  /// What of a file is meant, in a directory of which `scope` is; nil when nothing of it is.
  package func scope(of name: [UInt8], in scope: Scope) -> Scope? {
    let branch = scope.branch.flatMap { branches[$0].children[name] }
    guard scope.isWhole || branch != nil else { return nil }
    return Scope(isWhole: scope.isWhole || endsPath(branch), branch: branch)
  }

  /// The names that are meant in a directory that is not meant as a whole.
  package func names(in scope: Scope) -> some Collection<[UInt8]> {
    (scope.branch.map { branches[$0].children } ?? [:]).keys
  }

  /// The arguments that name the very file with this scope.
  package func arguments(naming scope: Scope) -> [Int] {
    scope.branch.map { branches[$0].arguments } ?? []
  }

  private func endsPath(_ branch: Int?) -> Bool {
    branch.map { !branches[$0].arguments.isEmpty } ?? false
  }
}
