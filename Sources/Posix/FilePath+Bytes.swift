package import SystemPackage

extension FilePath {
  /// The path that these bytes are, up to the first NUL; they need not be UTF-8.
  package init(bytes: some Sequence<UInt8>) {
    let text = bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
    self.init(platformString: text)
  }

  /// The bytes of the path.
  package var bytes: [UInt8] {
    unsafe withPlatformString { start in
      unsafe Array(UnsafeRawBufferPointer(start: start, count: length))
    }
  }
}
