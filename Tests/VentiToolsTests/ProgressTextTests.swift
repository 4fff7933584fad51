import Testing
import VentiTools

/// The line that says how far something has come.
struct ProgressTextTests {
  private func line(_ done: Int, of total: Int?, seconds: Double) -> String {
    ProgressText(
      label: "check", unit: .bytes, done: done, total: total, seconds: seconds
    ).line
  }

  @Test("bar, share, amount, rate and time left")
  func whole() {
    #expect(
      line(1 << 30, of: 4 << 30, seconds: 10)
        == "check [#####---------------] 25% 1 GiB of 4 GiB 102 MiB/s 0:00:30 left")
    #expect(line(4 << 30, of: 4 << 30, seconds: 7300).contains("100%"))
  }

  @Test("no bar without a total, no rate at once")
  func partial() {
    #expect(line(3 << 20, of: nil, seconds: 2) == "check 3 MiB 1.5 MiB/s")
    #expect(line(3 << 20, of: nil, seconds: 0.1) == "check 3 MiB")
    #expect(line(0, of: 0, seconds: 0) == "check 0 bytes")
  }

  @Test("hours are counted on")
  func long() {
    #expect(line(1 << 20, of: 1 << 30, seconds: 60).hasSuffix("17:03:00 left"))
  }

  @Test("things are counted with their name")
  func things() {
    let text = ProgressText(
      label: "repair", unit: .things("clumps"), done: 12_345, total: 12_345, seconds: 1)
    #expect(text.line.contains("100% 12,345 clumps of 12,345 clumps 12,345 clumps/s"))
  }
}
