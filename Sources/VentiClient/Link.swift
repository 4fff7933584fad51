import NIOCore

/// A connection as the pool sees it from any thread.
final class Link: Sendable {
  private let handler: NIOLoopBound<CallHandler>

  /// Wraps the handler of an open connection.
  ///
  /// Called on its event loop.
  init(handler: NIOLoopBound<CallHandler>) {
    self.handler = handler
  }

  /// Sends calls over the connection.
  func send(_ calls: [Call]) {
    handler.eventLoop.execute { self.handler.value.send(calls) }
  }

  /// Has the connection sync what it stored, if it is time for that.
  func syncIfWanted() {
    handler.eventLoop.execute { self.handler.value.syncIfWanted() }
  }

  /// Closes the connection.
  func close() {
    handler.eventLoop.execute { self.handler.value.close() }
  }
}
