import Testing
import VacBackup

struct SelectionTests {
  /// Whether a path is part of a selection, and the selection's scope at it is whole.
  private func scope(_ path: String, in selection: Selection) -> Bool? {
    var scope = selection.top
    for name in path.split(separator: "/") {
      guard let below = selection.scope(of: Array(name.utf8), in: scope) else { return nil }
      scope = below
    }
    return scope.isWhole
  }

  @Test("no argument means everything")
  func everything() {
    #expect(scope("a/b", in: Selection()) == true)
  }

  @Test("a path means itself, what is below, and the directories above")
  func path() {
    let selection = Selection([Array("a/b".utf8)])

    #expect(scope("a", in: selection) == false)
    #expect(scope("a/b", in: selection) == true)
    #expect(scope("a/b/c", in: selection) == true)
    #expect(scope("a/c", in: selection) == nil)
    #expect(scope("b", in: selection) == nil)
  }

  @Test(
    "slashes at the ends, and '.', mean nothing", arguments: ["a/", "/a", "./a", "a//.", "a/./"])
  func decoration(argument: String) {
    let selection = Selection([Array(argument.utf8)])

    #expect(scope("a", in: selection) == true)
    #expect(scope("b", in: selection) == nil)
  }

  @Test("a path is literal", arguments: ["*", "a*", "?"])
  func literal(argument: String) {
    #expect(scope("a", in: Selection([Array(argument.utf8)])) == nil)
    #expect(scope(argument, in: Selection([Array(argument.utf8)])) == true)
  }
}
