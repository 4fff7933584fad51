import Fuse
import Testing
import VacFileSystem

struct MountOptionListTests {
  private func list(_ text: String) throws(MountOptionError) -> MountOptionList {
    var list = MountOptionList(source: "vac:0")
    try list.apply(text)
    return list
  }

  @Test("no option asks for a private mount that checks nothing")
  func defaults() throws {
    let list = try list("")
    #expect(list.mount.source == "vac:0")
    #expect(list.mount.subtype == "vacfs")
    #expect(!list.mount.allowsOthers)
    #expect(!list.mount.checksPermissions)
    #expect(list.owner == nil)
  }

  @Test("every option of the manual is applied")
  func all() throws {
    let list = try list(
      "ro,allow_other,uid=7,gid=8,default_permissions,nosuid,nodev,noexec,nosymfollow,noatime,"
        + "subtype=arch,fsname=my=store,auto_unmount")
    #expect(list.mount.allowsOthers)
    #expect(list.mount.checksPermissions)
    #expect(list.mount.deniesExecution)
    #expect(list.mount.leavesLinksAlone)
    #expect(list.mount.ignoresAccessTimes)
    #expect(list.mount.unmountsAutomatically)
    #expect(list.mount.subtype == "arch")
    #expect(list.mount.source == "my=store")
    #expect(list.owner == 7)
    #expect(list.group == 8)
  }

  @Test(
    "an option that is not known is refused by its name",
    arguments: ["nosuch", "nosuch=1", "ro=1", "Allow_other", "allow_other=1", " ro"])
  func unknown(option: String) {
    #expect(throws: MountOptionError.unknown(option)) { try list("ro," + option) }
  }

  @Test(
    "a value that means nothing is refused",
    arguments: ["uid=", "uid=root", "uid=-1", "gid=4294967295", "subtype=", "fsname=", "uid"])
  func values(option: String) {
    #expect(throws: MountOptionError.self) { try list(option) }
  }

  @Test(
    "what would make the mount writable or privileged is refused", arguments: ["rw", "suid", "dev"])
  func privileges(option: String) {
    #expect(throws: MountOptionError.self) { try list(option) }
  }
}
