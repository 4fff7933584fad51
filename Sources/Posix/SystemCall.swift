internal import Glibc
internal import SystemPackage

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
