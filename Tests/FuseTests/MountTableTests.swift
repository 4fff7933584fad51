import Fuse
import Testing

struct MountTableTests {
  private static let table = MountTable(
    Array(
      #"""
      22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
      40 22 0:39 / /mnt/a\040b ro,nosuid - fuse.vacfs vac:00 ro,user_id=0
      41 22 0:40 / /mnt ro - fuse.vacfs x ro
      42 22 0:41 / /mnt ro - fuse.vacfs y ro
      43 22 0:42 / /back\134slash ro - tmpfs z ro
      rubbish
      """#.utf8))

  @Test(
    "the uppermost mount at a path counts, and escapes are undone",
    arguments: [
      ("/", "254:0"), ("/mnt/a b", "0:39"), ("/mnt", "0:41"), ("/back\\slash", "0:42"),
      ("/nothing", nil),
    ])
  func device(path: String, device: String?) {
    #expect(Self.table.device(at: path) == device)
  }

  @Test(
    "the options are those of the uppermost mount",
    arguments: [("/mnt/a b", ["ro", "nosuid"]), ("/mnt", ["ro"]), ("/nothing", [])])
  func options(path: String, options: [String]) {
    #expect(Self.table.options(at: path) == options)
  }

  @Test("this process's own table has the root")
  func current() throws {
    #expect(try MountTable.current().device(at: "/") != nil)
  }
}
