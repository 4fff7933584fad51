internal import Glibc
internal import Synchronization

/// The descriptors of standard input, output and error.
public enum StandardDescriptors {
  /// Whether the program was started so that it ends when nobody reads its output any more.
  private static let endsUnread = Atomic(false)

  /// Takes the numbers of those that the program was started without: to be called before anything is
  /// opened.
  ///
  /// Otherwise a file of a store could get the number of standard output, and the lines that are meant
  /// for that would be written over it. Who reads or writes through one that was closed gets `EBADF`, as
  /// before.
  public static func takePlaces() {
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      // The lowest number that is free is this one.
      _ = unsafe open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
    var action = sigaction()
    _ = unsafe sigaction(SIGPIPE, nil, &action)
    let isDefault = unsafe action.__sigaction_handler.sa_handler == nil
    endsUnread.store(isDefault, ordering: .relaxed)
  }

  /// Goes on, with an error for who writes, when nobody reads the output any more: for programs whose
  /// last line must not be lost.
  public static func goOnUnread() {
    signal(SIGPIPE, SIG_IGN)
    endsUnread.store(false, ordering: .relaxed)
  }

  /// Ends the program as a pipe does that nobody reads any more, unless it was started to ignore that:
  /// without a word, as who ran it in front of `head` expects.
  ///
  /// Who talks to servers ignores the signal, which a connection would send as well.
  public static func endUnread() {
    guard endsUnread.load(ordering: .relaxed) else { return }
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
  }
}
