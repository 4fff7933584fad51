import SystemPackage
import TestSupport
import Testing

/// Mounts that somebody makes who is not root; root plays his part.
@Suite(.mounts, .timeLimit(.minutes(5)), .enabled(if: isRoot, "only root can be somebody else"))
struct OrdinaryUserTests {
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
    let store = try StoreFixture.store.unpack(into: directory.path)
    try shell(
      """
      chmod 755 .; chmod -R go+rX $1; install -m 755 $2 vacfs; cp $3 zoo.vac; chmod 644 zoo.vac
      mkdir mnt copy; chown nobody mnt copy
      """, in: directory.path, store, Fixture.program("vacfs"), ArchiveFixture.zoo8k.file)
  }

  /// Runs a script as `nobody`, for whom there is a `/dev/fuse` that everybody may open, as it is
  /// on most machines, and an `/etc/fuse.conf` with a certain line.
  private func asNobody(_ script: String, fuseConfiguration: String = "") throws -> String {
    try shell(
      """
      [ -e fuse ] || mknod fuse c 10 229; chmod 666 fuse; echo '\(fuseConfiguration)' >fuse.conf
      unshare --mount bash -euc '
        mount --bind fuse /dev/fuse; mount --bind fuse.conf /etc/fuse.conf
        setpriv --reuid=nobody --regid=nogroup --clear-groups bash -euo pipefail -c "$0"' "$1"
      """, in: directory.path, FilePath(script))
  }

  @Test("an ordinary user mounts, may read everything, and unmounts")
  func everything() throws {
    let output = try asNobody(
      """
      ./vacfs -h store zoo.vac mnt
      grep -o "$PWD/mnt fuse.vacfs ro,nosuid,nodev" /proc/mounts | sed "s,$PWD/,,"
      cat mnt/zoo0/modes/m000 >/dev/null
      tar cf - mnt | cat >/dev/null; ls -lR mnt >/dev/null; du -s mnt >/dev/null; df mnt >/dev/null
      cp -r --preserve=mode,timestamps mnt/zoo0/tree copy
      diff -r mnt/zoo0/tree copy/tree
      rsync -rlptHni mnt/zoo0/tree copy/
      fusermount3 -u mnt
      """)
    #expect(output == "mnt fuse.vacfs ro,nosuid,nodev\n")
  }

  @Test("an ordinary user shows a mount to others only where /etc/fuse.conf allows it")
  func others() throws {
    let refusal = try asNobody("./vacfs -h store -o allow_other zoo.vac mnt 2>&1 || echo $?")
    #expect(
      refusal == "vacfs: option allow_other: /etc/fuse.conf has no line 'user_allow_other'\n1\n")
    let options = try asNobody(
      """
      ./vacfs -h store -o allow_other zoo.vac mnt
      grep "$PWD/mnt " /proc/mounts | grep -o default_permissions,allow_other
      { cat mnt/zoo0/modes/m000 || true; } 2>&1 >/dev/null | grep -o "Permission denied"
      fusermount3 -u mnt
      """, fuseConfiguration: "user_allow_other")
    #expect(options == "default_permissions,allow_other\nPermission denied\n")
  }
}
