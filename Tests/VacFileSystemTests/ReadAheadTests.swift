import Fuse
import Testing
import VacFileSystem

struct ReadAheadTests {
  private static let request = 128 << 10
  private static let size = 100 << 20
  private static let node = NodeID(rawValue: 7)

  /// Reads a file in requests, and returns what was asked for ahead.
  private func read(
    _ requests: some Sequence<Int>, of readAhead: ReadAhead, size: Int = size
  ) -> [Range<Int>] {
    requests.compactMap { number in
      let start = number * Self.request
      return readAhead.rangeToAsk(
        after: start..<start + Self.request, of: Self.node, size: size)
    }
  }

  @Test("a file read from front to back is asked for once, without gaps, well ahead")
  func sequential() {
    let ranges = read(0..<800, of: ReadAhead(cacheBytes: 64 << 20))
    #expect(ranges.first?.lowerBound == Self.request)
    #expect(ranges.last?.upperBound == Self.size)
    for (range, next) in zip(ranges, ranges.dropFirst()) {
      #expect(range.upperBound == next.lowerBound)
    }
    #expect(ranges.count < 60)
  }

  @Test("requests that the kernel sends a little out of order are still in order")
  func reordered() {
    let swapped = stride(from: 0, to: 400, by: 2).flatMap { [$0 + 1, $0] }
    let ranges = read(swapped, of: ReadAhead(cacheBytes: 64 << 20), size: 400 * Self.request)
    for (range, next) in zip(ranges, ranges.dropFirst()) {
      #expect(range.upperBound == next.lowerBound)
    }
    #expect(ranges.last?.upperBound == 400 * Self.request)
  }

  @Test("reads here and there ask for nothing")
  func random() {
    #expect(read([100, 500, 20, 700, 300], of: ReadAhead(cacheBytes: 64 << 20)).isEmpty)
  }

  @Test("nothing is asked for behind the end of a small file")
  func small() {
    #expect(read([0], of: ReadAhead(cacheBytes: 64 << 20), size: 1000).isEmpty)
  }

  @Test("a small cache is not flooded")
  func bounded() {
    let ranges = read(0..<800, of: ReadAhead(cacheBytes: 4 << 20))
    #expect(ranges.allSatisfy { $0.count <= 2 << 20 })
  }
}
