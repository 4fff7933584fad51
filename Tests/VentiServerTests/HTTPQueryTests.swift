import Testing
import VentiServer

struct HTTPQueryTests {
  @Test("a target is a path and parameters, which are decoded")
  func target() {
    let query = HTTPQuery(target: "/set?name=a%20b+c&value=1=2&flag&x=%zz%4", isTrusted: false)
    #expect(query.path == "/set")
    #expect(query.parameters == ["name": "a b c", "value": "1=2", "flag": "", "x": "%zz%4"])
  }

  @Test("a sign is no hexadecimal digit", arguments: ["%+1", "%-1", "%1+"])
  func sign(text: String) {
    let query = HTTPQuery(target: "/?x=\(text)", isTrusted: false)
    #expect(query.parameters["x"] == text.replacing("+", with: " "))
  }
}
