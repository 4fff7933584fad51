/// The files that a backup stores, and the walk over them.
///
/// The walk begins at once, on a thread of its own where that is possible: to ask the system about
/// files is most of the work where nothing has changed, and has no need of a store that is still being
/// opened.
package final class BackupSource: Sendable {
  let options: BackupOptions
  let handles: SourceHandles

  private let arguments: ArgumentList
  /// Nil where archives are merged, whose files need the numbers of all before, or where the system has
  /// no room for a thread.
  private let ahead: WalkAhead?

  /// Begins a walk over what arguments name.
  package init(_ arguments: ArgumentList, _ options: BackupOptions) {
    self.arguments = arguments
    self.options = options
    let handles = SourceHandles(options.scratch)
    self.handles = handles
    ahead =
      options.mergesArchives
      ? nil
      : WalkAhead {
        SourceWalk(arguments, options, handles: handles, scouts: Scouts(options)) { _, _ in nil }
      }
  }

  deinit { ahead?.abandon() }

  /// The steps of the walk; to be called once.
  ///
  /// - Parameter merge: as for `SourceWalk.init`.
  func steps(merge: SourceWalk.Merge) -> WalkSteps {
    if let ahead {
      WalkSteps(ahead)
    } else {
      WalkSteps(SourceWalk(arguments, options, handles: handles, merge: merge))
    }
  }

  /// Another walk, which does nothing but ask the system about files.
  func walkToCount() -> SourceWalk {
    var options = options
    options.mergesArchives = false
    options.storesAttributes = false
    options.nameByteLimit /= 4
    return SourceWalk(arguments, options, handles: SourceHandles(options.scratch)) { _, _ in nil }
  }
}
