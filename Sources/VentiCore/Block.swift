/// The bytes of a block: immutable, shared by reference, at an address that never moves.
///
/// Copying a `Block`, or taking a part of it, copies no bytes. The address stays good as long
/// as any `Block` over the same memory lives, which lets a reply hand cached bytes to the
/// kernel without copying them together.
public struct Block: Sendable {
  private let storage: Storage
  private let start: Int

  /// Bytes in the block.
  public let count: Int

  /// Bytes of memory that the block keeps alive.
  public var memoryCount: Int { storage.capacity }

  /// A block of no bytes.
  public static let empty = Block([])

  private init(storage: Storage, start: Int, count: Int) {
    self.storage = storage
    self.start = start
    self.count = count
  }

  /// Makes a block of at most `capacity` bytes, which `fill` appends to its output.
  public init<Failure: Error>(
    capacity: Int, fill: (inout OutputRawSpan) throws(Failure) -> Void
  ) throws(Failure) {
    let storage = Storage(capacity: capacity)
    let count = try storage.fill(fill)
    self.init(storage: storage, start: 0, count: count)
  }

  /// Copies `bytes`.
  public init(_ bytes: [UInt8]) {
    self.init(copying: unsafe bytes.span.bytes)
  }

  /// Copies `bytes`.
  public init(copying bytes: RawSpan) {
    let count = bytes.byteCount
    let storage = Storage(capacity: count)
    unsafe bytes.withUnsafeBytes { unsafe storage.memory.copyMemory(from: $0) }
    self.init(storage: storage, start: 0, count: count)
  }

  /// The bytes, borrowed from the block.
  public var bytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // `self` keeps the storage alive for as long as the span is borrowed from it.
      let part = unsafe UnsafeRawBufferPointer(rebasing: storage.memory[start..<start + count])
      return unsafe _overrideLifetime(RawSpan(_unsafeBytes: part), borrowing: self)
    }
  }

  /// A part of the block over the same memory.
  ///
  /// - Precondition: `range` lies within `0..<count`.
  public subscript(range: Range<Int>) -> Block {
    precondition(range.lowerBound >= 0 && range.upperBound <= count)
    return Block(storage: storage, start: start + range.lowerBound, count: range.count)
  }

  /// The block without the zeros at its end, over the same memory: the form in which data and
  /// directories are stored.
  public var withoutTrailingZeros: Block {
    let bytes = bytes
    var end = count
    // Both loads stay within the bytes: `end` is between 0 and `count`.
    while end >= 8, unsafe bytes.unsafeLoadUnaligned(fromByteOffset: end - 8, as: UInt64.self) == 0
    {
      end -= 8
    }
    while end > 0, unsafe bytes.unsafeLoad(fromByteOffset: end - 1, as: UInt8.self) == 0 {
      end -= 1
    }
    return self[0..<end]
  }

  /// Where the bytes are: valid while any block over the same memory lives.
  public var address: UnsafeRawPointer? {
    unsafe storage.memory.baseAddress.map { unsafe UnsafeRawPointer($0 + start) }
  }

  /// The bytes as an array of their own.
  public var array: [UInt8] {
    unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  /// The SHA-1 of the bytes.
  public var score: Score { Score(of: bytes) }
}

extension Block: Equatable {
  /// Compares the bytes.
  public static func == (left: Block, right: Block) -> Bool {
    left.bytes.isEqual(to: right.bytes)
  }
}

extension ArraySlice<UInt8> {
  /// Whether the same bytes are in another array: as `elementsEqual`, several times as fast.
  public func hasSameBytes(as other: ArraySlice<UInt8>) -> Bool {
    unsafe span.bytes.isEqual(to: other.span.bytes)
  }
}

extension RawSpan {
  /// Whether the same bytes are in other memory; eight are compared at a time.
  public func isEqual(to other: RawSpan) -> Bool {
    let count = byteCount
    guard count == other.byteCount else { return false }
    var done = 0
    // All loads stay within the bytes: `done` is between 0 and `count`, which both have.
    while count - done >= 8 {
      let words = unsafe (
        unsafeLoadUnaligned(fromByteOffset: done, as: UInt64.self),
        other.unsafeLoadUnaligned(fromByteOffset: done, as: UInt64.self)
      )
      guard words.0 == words.1 else { return false }
      done += 8
    }
    while done < count {
      let bytes = unsafe (
        unsafeLoad(fromByteOffset: done, as: UInt8.self),
        other.unsafeLoad(fromByteOffset: done, as: UInt8.self)
      )
      guard bytes.0 == bytes.1 else { return false }
      done += 1
    }
    return true
  }
}

/// Memory that is written once, while a block is made, and only read from then on.
@safe
private final class Storage: @unchecked Sendable {
  let memory: UnsafeMutableRawBufferPointer
  var capacity: Int { unsafe memory.count }

  init(capacity: Int) {
    precondition(capacity >= 0)
    unsafe memory = .allocate(byteCount: capacity, alignment: 16)
  }

  deinit {
    unsafe memory.deallocate()
  }

  func fill<Failure: Error>(
    _ fill: (inout OutputRawSpan) throws(Failure) -> Void
  ) throws(Failure) -> Int {
    var output = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
    do throws(Failure) {
      try fill(&output)
    } catch {
      _ = unsafe output.finalize(for: memory)
      throw error
    }
    return unsafe output.finalize(for: memory)
  }
}
