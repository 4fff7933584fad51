import Posix
import TestSupport
import VentiCore
import VentiServer
import VentiWire

/// A store as web pages show it, which counts what it is asked to do.
final class PagesDouble: StorePages {
  let value: StoreReport
  let found: [StoreArchive]
  private let state = Monitor((blockFlushes: 0, indexFlushes: 0, trouble: String?.none))

  init(_ report: StoreReport, archives: [StoreArchive] = []) {
    value = report
    found = archives
  }

  var blockFlushes: Int { state.withLock { $0.blockFlushes } }
  var indexFlushes: Int { state.withLock { $0.indexFlushes } }

  /// From now on something is wrong.
  func fail(_ reason: String) { state.update { $0.trouble = reason } }

  /// Waits until both have been flushed so often.
  func waitForFlushes(blocks: Int, index: Int) -> Bool {
    state.wait(until: .after(seconds: 10)) {
      $0.blockFlushes == blocks && $0.indexFlushes == index ? true : nil
    } ?? false
  }

  var trouble: String? { state.withLock { $0.trouble } }

  func report() -> StoreReport { value }

  func archives() throws(BlockError) -> [StoreArchive] { found }

  func flushBlocks() throws(BlockError) { state.update { $0.blockFlushes += 1 } }

  func flushIndex() throws(BlockError) { state.update { $0.indexFlushes += 1 } }
}

extension StoreReport {
  /// A store with a sealed arena, one in use and an empty one, as `fmtindex` and a backup leave it.
  static func sample() throws -> StoreReport {
    let seal = try Score("3c0b679407176f94a4c989dd80016339185bfaa8")
    let sealed = Contents(
      clumpCount: 135, compressedClumpCount: 7, blockByteCount: 1_028_246,
      usedByteCount: 1_021_862, isSealed: true)
    let active = Contents(
      clumpCount: 39, compressedClumpCount: 15, blockByteCount: 199_585, usedByteCount: 190_492,
      isSealed: false)
    return StoreReport(
      indexName: "main", indexVersion: 1, blockSize: 8192, tableByteCount: 524_288,
      bucketCount: 159, divisor: 27_012_373,
      sections: [Section(name: "s", buckets: 0..<159, bucketCapacity: 215)],
      arenas: [
        Arena(
          name: "t0", addresses: 1_048_576..<2_080_768, partition: "arenas",
          range: 794_624..<1_843_200, blockSize: 8192, version: 5, created: 1_795_347_402,
          modified: 1_795_347_403, written: sealed, indexed: sealed, seal: seal),
        Arena(
          name: "t1", addresses: 2_080_768..<3_112_960, partition: "arenas",
          range: 1_843_200..<2_891_776, blockSize: 8192, version: 5, created: 1_795_347_403,
          modified: 1_795_347_403, written: active, indexed: active, seal: nil),
        Arena(
          name: "t2", addresses: 3_112_960..<4_399_104, partition: "arenas",
          range: 2_891_776..<4_194_304, blockSize: 8192, version: 5, created: 0, modified: 0,
          written: .empty, indexed: .empty, seal: nil),
      ], problems: [])
  }
}

/// A server of blocks and of pages, for one test.
struct PagesUnderTest {
  let pages: PagesDouble
  let blocks: ServerUnderTest
  let server: HTTPServer

  init(
    _ pages: PagesDouble? = nil, _ options: ServerOptions = ServerOptions()
  ) throws {
    let pages = try pages ?? PagesDouble(.sample())
    self.pages = pages
    blocks = try ServerUnderTest(options)
    server = try HTTPServer.start(
      showing: pages, of: blocks.server, at: [.tcp(host: "127.0.0.1", port: 0)],
      options: options, logger: .silent)
  }

  var port: UInt16 {
    guard case .tcp(_, let port) = server.addresses[0] else { return 0 }
    return port
  }

  func stop() {
    server.stop()
    blocks.server.stop()
  }

  /// Asks for a page again and again, until it is as expected or ten seconds have passed.
  func get(_ target: String, until isExpected: (Answer) -> Bool) throws -> Answer {
    let deadline = Deadline.after(seconds: 10)
    while true {
      let answer = try get(target)
      if isExpected(answer) || deadline.hasPassed { return answer }
    }
  }

  /// Asks for a page by HTTP/1.0, after which the connection ends.
  func get(_ target: String, method: String = "GET", headers: String = "") throws -> Answer {
    let socket = try RawSocket.connect(port: port)
    try socket.send(Array("\(method) \(target) HTTP/1.0\r\n\(headers)\r\n".utf8))
    return Answer(String(decoding: try socket.receiveAll(), as: UTF8.self))
  }
}

/// What a server of pages answers.
struct Answer {
  let status: String
  let head: String
  let body: String

  init(_ text: String) {
    // A line break of two characters is one to Swift: bytes tell them apart.
    let bytes = Array(text.utf8)
    let end = Array("\r\n\r\n".utf8)
    let split = bytes.indices.first { bytes[$0...].starts(with: end) } ?? bytes.count
    head = String(decoding: bytes[..<split], as: UTF8.self)
    body = String(decoding: bytes[min(bytes.count, split + end.count)...], as: UTF8.self)
    status = head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
  }

  /// The value of a header.
  subscript(name: String) -> String? {
    let prefix = name.lowercased() + ": "
    let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix(prefix) }
    return line.map { String($0.dropFirst(prefix.count)) }
  }
}
