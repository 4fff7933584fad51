import Fuse
import Testing

struct MountOptionsTests {
  @Test("what fusermount3 is told escapes commas and backslashes of names")
  func escapes() {
    var options = MountOptions(source: #"a,b\c"#, subtype: "vacfs")
    options.allowsOthers = true
    options.deniesExecution = true

    #expect(
      options.fusermountText
        == #"ro,nosuid,nodev,allow_other,noexec,fsname=a\,b\\c,subtype=vacfs"#)
  }
}
