internal import Glibc
package import SystemPackage

/// Makes a system call until no signal interrupts it.
///
/// - Returns: what the call returned, which is not negative.
func systemCall<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    guard errno == EINTR else { throw Errno(rawValue: errno) }
  }
}

/// Repeats a call that may take fewer bytes than it is given, as write(2) may, until all are taken.
///
/// - Parameter call: takes what comes after the bytes that are done, and returns how many it took.
/// - Throws: what the call throws, and `Errno.ioError` when it takes nothing: it would be repeated
///   for ever.
package func untilAllIsTaken(
  _ count: Int, _ call: (_ done: Int) throws(Errno) -> Int
) throws(Errno) {
  var done = 0
  while done < count {
    let taken = try call(done)
    guard taken > 0 else { throw .ioError }
    done += taken
  }
}
