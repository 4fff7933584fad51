import Posix
import SystemPackage
import Testing

/// A disk that is nearly full, a signal or a device may take fewer bytes than they are given.
struct ShortWriteTests {
  @Test("all is written, however little is taken at a time", arguments: [1, 2, 3, 7, 100])
  func all(limit: Int) throws {
    let bytes = [UInt8](1...10)
    var taken: [UInt8] = []
    try untilAllIsTaken(bytes.count) { done in
      let step = bytes[done...].prefix(limit)
      taken += step
      return step.count
    }
    #expect(taken == bytes)
  }

  @Test("nothing to write asks for nothing")
  func nothing() throws {
    try untilAllIsTaken(0) { _ throws(Errno) in throw .badFileDescriptor }
  }

  @Test("an error after a part is an error of the whole")
  func error() {
    #expect(throws: Errno.noSpace) {
      try untilAllIsTaken(10) { done throws(Errno) in
        if done == 4 { throw .noSpace }
        return 4
      }
    }
  }

  @Test("a call that takes nothing is not repeated for ever")
  func stuck() {
    #expect(throws: Errno.ioError) { try untilAllIsTaken(10) { $0 == 4 ? 0 : 4 } }
  }
}
