internal import Glibc
package import SystemPackage

/// What a terminal can show.
package struct Terminal: Sendable {
  private let descriptor: CInt

  /// The terminal behind a descriptor; nil when that is a file, a pipe or the like.
  package init?(_ descriptor: FileDescriptor) {
    guard isatty(descriptor.rawValue) == 1 else { return nil }
    self.descriptor = descriptor.rawValue
  }

  /// Characters in a line; it changes with the window.
  package var columns: Int {
    var size = winsize()
    let usual = 80
    guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return usual
    }
    return Int(size.ws_col)
  }
}
