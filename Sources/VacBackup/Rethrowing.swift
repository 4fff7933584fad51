/// Runs a body; what it throws becomes an error that says more.
func rethrowing<Result, Inner: Error, Outer: Error>(
  _ body: () throws(Inner) -> Result, as outer: (Inner) -> Outer
) throws(Outer) -> Result {
  do throws(Inner) {
    return try body()
  } catch {
    throw outer(error)
  }
}
