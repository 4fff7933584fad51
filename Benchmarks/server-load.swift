// usage: server-load write|read|ask PORT CLIENTS BLOCKS SCORES
//        server-load make PREFIX BLOCKS FILES
//        server-load serve PORT
// Loads a venti server at 127.0.0.1 as thinly as can be: every client is one thread and one
// connection with 128 calls in flight, and sends frames that were made before the clock starts.
// `write` makes BLOCKS blocks of 8 KiB for each client, half of them text and half of them noise,
// and stores the scores that the server answers with in the file SCORES; `read` asks for these.
// `ask` does as `read`, with one call in flight: it shows how long a client waits for a block.
// Prints the bytes of blocks that went through, and the seconds.
// `make` fills files PREFIX0, PREFIX1… with such blocks, BLOCKS in all.
// `serve` is the least server there can be, with which a client is as fast as it can be: it hashes
// blocks, since clients check their scores, keeps them in memory, and does nothing else.

import CLibcrypto
import Foundation

let blockSize = 8192
let half = 64

/// Ends the program: a load that is not as intended measures nothing.
func fail(_ reason: String) -> Never {
  FileHandle.standardError.write(Data("server-load: \(reason)\n".utf8))
  exit(1)
}

/// Blocks that no run has seen before.
struct Source {
  private var state: UInt64
  private static let words: [[UInt8]] = (0..<2048).map { number in
    Array("\(String(number * 7919 % 65536, radix: 29)) ".utf8)
  }

  init() {
    state = .random(in: 1...UInt64.max)
  }

  private mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }

  mutating func block(isText: Bool) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(blockSize + 16)
    while bytes.count < blockSize {
      let value = next()
      if isText {
        bytes += Self.words[Int(value >> 53)]
      } else {
        withUnsafeBytes(of: value) { bytes += $0 }
      }
    }
    return Array(bytes[..<blockSize])
  }
}

/// A connection that has greeted its server.
final class Connection {
  private let descriptor: Int32
  private var buffer = [UInt8](repeating: 0, count: 1 << 20)
  private var start = 0
  private var end = 0

  init(port: UInt16) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    let result = withAddress(of: port) { [descriptor] in connect(descriptor, $0, $1) }
    guard result == 0 else { fail("cannot connect to port \(port)") }
    var one: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    send(Array("venti-04:02-load\n".utf8))
    while take(1).first != UInt8(ascii: "\n") {}
    send(frame([4, 0, 0, 2] + "04".utf8 + [0, 1] + "x".utf8 + [0, 0, 0]))
    guard reply().first == 5 else { fail("no welcome") }
  }

  func send(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
        let count = Glibc.send(descriptor, rest.baseAddress, rest.count, 0)
        guard count > 0 else { fail("server hung up") }
        done += count
      }
    }
  }

  /// The next reply, without its length.
  func reply() -> ArraySlice<UInt8> {
    let length = take(4).reduce(0) { $0 << 8 | Int($1) }
    return take(length)
  }

  private func take(_ count: Int) -> ArraySlice<UInt8> {
    if end - start < count {
      buffer.withUnsafeMutableBytes { bytes in
        bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        (start, end) = (0, end - start)
        while end < count {
          let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[end...])
          let read = recv(descriptor, rest.baseAddress, rest.count, 0)
          guard read > 0 else { fail("server hung up") }
          end += read
        }
      }
    }
    start += count
    return buffer[(start - count)..<start]
  }
}

func frame(_ body: [UInt8]) -> [UInt8] {
  withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body
}

/// Sends batches of frames, two of them in flight, and passes on the replies.
func run(_ batches: [[UInt8]], on connection: Connection, take: (Int, ArraySlice<UInt8>) -> Void) {
  var waiting = [0, 0]
  var sent = 0
  var received = 0
  while received < batches.count {
    while sent < batches.count, sent < received + 2 {
      connection.send(batches[sent])
      waiting[sent % 2] = half
      sent += 1
    }
    let reply = connection.reply()
    let tag = Int(reply[reply.startIndex + 1])
    let side = tag / half
    take((received + (received % 2 == side ? 0 : 1)) * half + tag % half, reply)
    waiting[side] -= 1
    while received < sent, waiting[received % 2] == 0 { received += 1 }
  }
}

/// Sends frames, each once the one before it is answered.
func ask(_ frames: [[UInt8]], on connection: Connection, take: (Int, ArraySlice<UInt8>) -> Void) {
  for (index, frame) in frames.enumerated() {
    connection.send(frame)
    take(index, connection.reply())
  }
}

/// The blocks of the least server, by score.
final class LeastServer: @unchecked Sendable {
  private let lock = NSLock()
  private var blocks: [Data: [UInt8]] = [:]

  /// Serves clients, each on a thread of its own, for ever.
  func serve(port: UInt16) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var one: Int32 = 1
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, 4)
    let result = withAddress(of: port) { bind(listener, $0, $1) }
    guard result == 0, listen(listener, 64) == 0 else { fail("cannot listen at port \(port)") }
    while true {
      let client = accept(listener, nil, nil)
      guard client >= 0 else { continue }
      setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
      Thread.detachNewThread { [self] in
        answer(client)
        close(client)
      }
    }
  }

  /// Answers what a client asks, all that has come with one call.
  private func answer(_ client: Int32) {
    var output = Array("venti-04-least\n".utf8)
    var input = [UInt8](repeating: 0, count: 1 << 18)
    var end = 0
    var isGreeted = false
    while true {
      output.withUnsafeBytes { _ = Glibc.send(client, $0.baseAddress, $0.count, 0) }
      output.removeAll(keepingCapacity: true)
      let count = input.withUnsafeMutableBytes { recv(client, $0.baseAddress! + end, $0.count - end, 0) }
      guard count > 0 else { return }
      end += count
      var start = 0
      if !isGreeted, let line = input[..<end].firstIndex(of: UInt8(ascii: "\n")) {
        isGreeted = true
        start = line + 1
      }
      while isGreeted, end - start >= 4 {
        let length = input[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        guard end - start >= 4 + length else { break }
        guard reply(to: input[start + 4..<start + 4 + length], in: &output) else { return }
        start += 4 + length
      }
      input.replaceSubrange(0..<end - start, with: Array(input[start..<end]))
      end -= start
    }
  }

  /// Appends the reply to a request; false for the last.
  private func reply(to request: ArraySlice<UInt8>, in output: inout [UInt8]) -> Bool {
    let fields = request.dropFirst(2)
    var body: [UInt8] = []
    switch request.first {
    case 2, 16: break
    case 4: body = [0, 1] + "x".utf8 + [0, 0]
    case 12: body = block(Data(fields.prefix(20)))
    case 14: body = keep(Array(fields.dropFirst(4)))
    default: return false
    }
    let tag = request[request.startIndex + 1]
    output += frame([request.first! + 1, tag] + body)
    return true
  }

  private func block(_ score: Data) -> [UInt8] {
    lock.withLock { blocks[score] ?? [] }
  }

  private func keep(_ block: [UInt8]) -> [UInt8] {
    var score = [UInt8](repeating: 0, count: 20)
    EVP_Digest(block, block.count, &score, nil, EVP_sha1(), nil)
    lock.withLock { blocks[Data(score)] = block }
    return score
  }
}

/// Calls `body` with the address of a port of this machine.
func withAddress(
  of port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
) -> Int32 {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return withUnsafePointer(to: &address) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
}

func batches(_ count: Int, _ frames: (_ index: Int, _ tag: UInt8) -> [UInt8]) -> [[UInt8]] {
  if asks { return (0..<count).map { frames($0, 0) } }
  return (0..<count / half).map { batch in
    (0..<half).flatMap { frames(batch * half + $0, UInt8(batch % 2 * half + $0)) }
  }
}

/// Runs `body` for each number in a thread of its own, all at once.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
  let group = DispatchGroup()
  for number in 0..<count {
    group.enter()
    Thread.detachNewThread {
      body(number)
      group.leave()
    }
  }
  group.wait()
}

let arguments = CommandLine.arguments
let asks = arguments.dropFirst().first == "ask"
if arguments.count == 5, arguments[1] == "make", let count = Int(arguments[3]),
  let files = Int(arguments[4])
{
  for file in 0..<files {
    var source = Source()
    let bytes = (0..<count / files).flatMap { source.block(isText: $0 % 2 == 0) }
    try Data(bytes).write(to: URL(fileURLWithPath: "\(arguments[2])\(file)"))
  }
  exit(0)
}
if arguments.count == 3, arguments[1] == "serve", let port = UInt16(arguments[2]) {
  LeastServer().serve(port: port)
}
guard arguments.count == 6, let port = UInt16(arguments[2]), let clients = Int(arguments[3]),
  let wished = Int(arguments[4]), clients > 0, wished >= half
else { fail("usage: server-load write|read|ask PORT CLIENTS BLOCKS SCORES") }
let count = wished / half * half
let isWrite = arguments[1] == "write"
let file = URL(fileURLWithPath: arguments[5])
var scores = [UInt8](repeating: 0, count: clients * count * 20)
if !isWrite {
  guard let known = try? Data(contentsOf: file), known.count >= scores.count else {
    fail("\(file.path) does not hold \(clients * count) scores")
  }
  scores = Array(known)
}

var work: [[[UInt8]]] = []
for client in 0..<clients {
  var source = Source()
  work.append(
    batches(count) { index, tag in
      if isWrite {
        return frame([14, tag, 13, 0, 0, 0] + source.block(isText: index % 2 == 0))
      }
      let place = (client * count + index) * 20
      return frame([12, tag] + scores[place..<place + 20] + [13, 0, 0x20, 0])
    })
}

let connections = (0..<clients).map { _ in Connection(port: port) }
let began = ContinuousClock.now
scores.withUnsafeMutableBytes { scores in
  nonisolated(unsafe) let scores = scores
  let work = work
  nonisolated(unsafe) let connections = connections
  inThreads(clients) { client in
    (asks ? ask : run)(work[client], connections[client]) { index, reply in
      if isWrite {
        guard reply.first == 15 else { fail("a write failed") }
        let place = (client * count + index) * 20
        for (offset, byte) in reply.dropFirst(2).enumerated() { scores[place + offset] = byte }
      } else {
        guard reply.first == 13, reply.count == 2 + blockSize else { fail("a read failed") }
      }
    }
    guard isWrite else { return }
    connections[client].send(frame([16, 0]))
    guard connections[client].reply().first == 17 else { fail("a sync failed") }
  }
}
let spent = began.duration(to: .now) / .seconds(1)
if isWrite { try Data(scores).write(to: file) }
print("\(clients * count * blockSize) \(spent)")
