public import SystemPackage

/// Gives the errors of SystemPackage their type: it throws nothing but `Errno`.
public func withErrno<Result>(_ body: () throws -> Result) throws(Errno) -> Result {
  do {
    return try body()
  } catch {
    throw error as? Errno ?? .ioError
  }
}
