/// The arguments of this process.
package enum ProgramArguments {
  /// The arguments after the program's own name, in bytes: they need not be UTF-8.
  ///
  /// The system keeps them as long as the process runs, and nothing here changes them.
  package static var bytes: [[UInt8]] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { number in
      unsafe CommandLine.unsafeArgv[number].map { unsafe bytes(of: $0) }
    }
  }

  private static func bytes(of text: UnsafePointer<CChar>) -> [UInt8] {
    var bytes: [UInt8] = []
    var place = unsafe text
    while unsafe place.pointee != 0 {
      unsafe bytes.append(UInt8(bitPattern: place.pointee))
      unsafe place += 1
    }
    return bytes
  }
}
