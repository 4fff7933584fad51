import NIOCore
import Posix
import VentiWire

/// Carries replies from the threads that make them to the event loop that sends them.
///
/// The loop is woken once for all the replies that gather until it runs.
final class Outbox: Sendable {
  /// The reply to a request, and whether that was a write.
  typealias Item = (tag: UInt8, reply: Reply, isWrite: Bool)

  private let items = Monitor<[Item]>([])
  private let session: NIOLoopBound<SessionHandler>

  /// Carries replies to `session`.
  ///
  /// Called on its event loop.
  init(for session: NIOLoopBound<SessionHandler>) {
    self.session = session
  }

  /// Adds a reply.
  ///
  /// Called on any thread.
  func add(_ tag: UInt8, _ reply: Reply, isWrite: Bool = false) {
    let isFirst = items.withLock { items in
      items.append((tag, reply, isWrite))
      return items.count == 1
    }
    if isFirst { session.eventLoop.execute { self.session.value.sendReplies() } }
  }

  /// Takes out all replies.
  func takeAll() -> [Item] {
    items.withLock { items in
      defer { items = [] }
      return items
    }
  }

  /// Ends the session once it has answered what it has read.
  ///
  /// Called on any thread.
  func endSession() {
    session.eventLoop.execute { self.session.value.end() }
  }

  /// Closes the connection, answered or not.
  ///
  /// Called on any thread.
  func closeSession() {
    session.eventLoop.execute { self.session.value.close("server stops") }
  }
}
