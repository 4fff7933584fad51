internal import CFuse
internal import Glibc
internal import SystemPackage

/// Answers EROFS to all that would change something.
///
/// The mount is read-only, so the kernel refuses most of it by itself; but the superuser can
/// remount it for writing.
func refuseWrites(_ operations: inout fuse_lowlevel_ops) {
  unsafe operations.setattr = { request, _, _, _, _ in unsafe refuse(request) }
  unsafe operations.mknod = { request, _, _, _, _ in unsafe refuse(request) }
  unsafe operations.mkdir = { request, _, _, _ in unsafe refuse(request) }
  unsafe operations.unlink = { request, _, _ in unsafe refuse(request) }
  unsafe operations.rmdir = { request, _, _ in unsafe refuse(request) }
  unsafe operations.symlink = { request, _, _, _ in unsafe refuse(request) }
  unsafe operations.rename = { request, _, _, _, _, _ in unsafe refuse(request) }
  unsafe operations.link = { request, _, _, _ in unsafe refuse(request) }
  unsafe operations.write = { request, _, _, _, _, _ in unsafe refuse(request) }
  unsafe operations.create = { request, _, _, _, _ in unsafe refuse(request) }
  unsafe operations.fallocate = { request, _, _, _, _, _ in unsafe refuse(request) }
  unsafe operations.setxattr = { request, _, _, _, _, _ in unsafe refuse(request) }
  unsafe operations.removexattr = { request, _, _ in unsafe refuse(request) }
}

private func refuse(_ handle: fuse_req_t?) {
  guard let request = unsafe Request(handle) else { return }
  request.fail(.readOnlyFileSystem)
}
