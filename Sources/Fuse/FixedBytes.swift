/// Bytes that neither move nor change for as long as somebody holds the value.
///
/// That is the promise on which a reply is sent straight from memory: the session takes the
/// address in `withBytes`, keeps the value, and uses the address until the kernel has the reply.
/// So the bytes live on the heap or in a mapping behind a reference, never inside the value.
public protocol FixedBytes: Sendable {
  /// Lends the bytes to `body`: the same bytes, at the same address, every time.
  func withBytes(_ body: (RawSpan) -> Void)
}
