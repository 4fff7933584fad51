import Glibc

/// What libFuzzer calls before it begins.
@c(LLVMFuzzerInitialize)
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>
) -> CInt {
  guard let store = getenv("FUZZ_STORE"), let corpora = getenv("FUZZ_CORPORA") else { return 0 }
  do {
    try Seeds(into: String(cString: corpora)).write(from: String(cString: store))
    exit(0)
  } catch {
    print("seeds: \(error)")
    exit(1)
  }
}

/// What libFuzzer calls with each input.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  target.run(Array(UnsafeBufferPointer(start: data, count: count)))
  return 0
}

private let target: Target = {
  let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = Target(rawValue: name) else {
    print("FUZZ_TARGET must be one of: " + Target.allCases.map(\.rawValue).joined(separator: " "))
    exit(1)
  }
  return target
}()

/// Ends the run where a rule does not hold: libFuzzer then keeps the input.
func expect(_ isRight: Bool, _ rule: String) {
  precondition(isRight, rule)
}
