extension RandomAccessCollection where Index == Int {
  /// Where the elements begin that a rule holds for, as it does for all after them; the end where it holds
  /// for none: found by bisection.
  @inlinable
  package func firstPosition<Failure: Error>(
    where isThere: (Element) throws(Failure) -> Bool
  ) throws(Failure) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if try isThere(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
