import Posix
import Testing
import VacFileSystem

struct OwnerMapTests {
  private func map(override: UInt32? = nil, asked: Monitor<Int> = Monitor(0)) -> OwnerMap {
    OwnerMap(override: override, fallback: 500) { name in
      asked.withLock { $0 += 1 }
      return name == "glenda" ? 42 : nil
    }
  }

  @Test(
    "a known name becomes its number, a number itself, another name the fallback",
    arguments: [
      ("glenda", 42), ("12345", 12345), ("-2", 4_294_967_294), ("4294967295", .max),
      ("nosuch", 500), ("", 500), ("1x", 500),
    ] as [(String, UInt32)])
  func names(name: String, number: UInt32) {
    #expect(map().number(of: Array(name.utf8)) == number)
  }

  @Test("a number recorded beside the name is better than the fallback, not than the name")
  func recorded() {
    #expect(map().number(of: Array("nosuch".utf8), recorded: 7) == 7)
    #expect(map().number(of: Array("glenda".utf8), recorded: 7) == 42)
  }

  @Test("each name is looked up once")
  func remembers() {
    let asked = Monitor(0)
    let map = map(asked: asked)
    for _ in 0..<5 { for name in ["glenda", "nosuch"] { _ = map.number(of: Array(name.utf8)) } }
    #expect(asked.withLock { $0 } == 2)
  }

  @Test("an override is the number of everything")
  func override() {
    #expect(map(override: 9).number(of: Array("glenda".utf8), recorded: 3) == 9)
  }
}
