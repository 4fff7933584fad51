import Posix
import Testing

struct AccountsTests {
  @Test("root is user and group 0")
  func root() {
    #expect(Accounts.userID(of: "root") == 0)
    #expect(Accounts.groupID(of: "root") == 0)
  }

  @Test("a name that nobody has is nothing")
  func unknown() {
    #expect(Accounts.userID(of: "no such user here") == nil)
    #expect(Accounts.groupID(of: "no such group here") == nil)
  }
}
