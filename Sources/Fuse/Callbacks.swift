internal import CFuse
internal import Glibc
internal import SystemPackage

/// What libfuse calls: each function turns C arguments into an `Operation`.
///
/// What is not here libfuse answers ENOSYS, and the kernel does without it from then on:
/// `access`, `flush`, `fsync`, locks (which it then keeps itself), `poll`, `ioctl`.
func readOnlyCallbacks() -> fuse_lowlevel_ops {
  var operations = fuse_lowlevel_ops()
  unsafe operations.`init` = onInit
  unsafe operations.lookup = onLookup
  unsafe operations.forget = onForget
  unsafe operations.forget_multi = onForgetMulti
  unsafe operations.getattr = onGetattr
  unsafe operations.readlink = onReadlink
  unsafe operations.open = onOpen
  unsafe operations.read = onRead
  unsafe operations.opendir = onOpendir
  unsafe operations.readdir = onReaddir
  unsafe operations.readdirplus = onReaddirplus
  unsafe operations.lseek = onLseek
  unsafe operations.statfs = onStatfs
  unsafe operations.listxattr = onListxattr
  unsafe operations.getxattr = onGetxattr
  refuseWrites(&operations)
  return operations
}

private func onInit(
  _ context: UnsafeMutableRawPointer?, _ connection: UnsafeMutablePointer<fuse_conn_info>?
) {
  guard let context = unsafe context, let connection = unsafe connection else { return }
  let session = unsafe Unmanaged<Session>.fromOpaque(context).takeUnretainedValue()
  let features = unsafe KernelFeatures(negotiating: &connection.pointee)
  session.connected(features)
}

private func onLookup(_ handle: fuse_req_t?, _ parent: fuse_ino_t, _ name: UnsafePointer<CChar>?) {
  let operation = unsafe Operation.lookUp(name: bytes(name), directory: NodeID(rawValue: parent))
  unsafe serve(handle, operation)
}

private func onGetattr(
  _ handle: fuse_req_t?, _ node: fuse_ino_t, _ file: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(handle, .attributes(NodeID(rawValue: node)))
}

private func onReadlink(_ handle: fuse_req_t?, _ node: fuse_ino_t) {
  unsafe serve(handle, .target(NodeID(rawValue: node)))
}

private func onRead(
  _ handle: fuse_req_t?, _ node: fuse_ino_t, _ count: Int, _ offset: off_t,
  _ file: UnsafeMutablePointer<fuse_file_info>?
) {
  let operation = Operation.read(
    NodeID(rawValue: node), offset: UInt64(clamping: offset), count: count)
  unsafe serve(handle, operation)
}

private func onReaddir(
  _ handle: fuse_req_t?, _ node: fuse_ino_t, _ capacity: Int, _ position: off_t,
  _ file: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(handle, list(node, position, .names, capacity))
}

private func onReaddirplus(
  _ handle: fuse_req_t?, _ node: fuse_ino_t, _ capacity: Int, _ position: off_t,
  _ file: UnsafeMutablePointer<fuse_file_info>?
) {
  unsafe serve(handle, list(node, position, .nodes, capacity))
}

private func list(
  _ node: fuse_ino_t, _ position: off_t, _ form: ListingForm, _ capacity: Int
) -> Operation {
  .list(
    NodeID(rawValue: node), position: UInt64(truncatingIfNeeded: position), form: form,
    capacity: capacity)
}

private func onLseek(
  _ handle: fuse_req_t?, _ node: fuse_ino_t, _ offset: off_t, _ whence: CInt,
  _ file: UnsafeMutablePointer<fuse_file_info>?
) {
  let target: SeekTarget? =
    whence == CFUSE_SEEK_DATA ? .data : whence == CFUSE_SEEK_HOLE ? .hole : nil
  guard let target, offset >= 0 else {
    unsafe refuse(handle, .invalidArgument)
    return
  }
  unsafe serve(handle, .seek(NodeID(rawValue: node), offset: UInt64(offset), target: target))
}

private func onStatfs(_ handle: fuse_req_t?, _ node: fuse_ino_t) {
  unsafe serve(handle, .statistics)
}

private func onListxattr(_ handle: fuse_req_t?, _ node: fuse_ino_t, _ capacity: Int) {
  unsafe serve(handle, .extendedAttributeNames(NodeID(rawValue: node), capacity: capacity))
}

private func onGetxattr(
  _ handle: fuse_req_t?, _ node: fuse_ino_t, _ name: UnsafePointer<CChar>?, _ capacity: Int
) {
  let operation = unsafe Operation.extendedAttribute(
    NodeID(rawValue: node), name: bytes(name), capacity: capacity)
  unsafe serve(handle, operation)
}

/// ENOSYS tells the kernel never to ask again and to keep contents from one open to the next.
private func onOpen(
  _ handle: fuse_req_t?, _ node: fuse_ino_t, _ file: UnsafeMutablePointer<fuse_file_info>?
) {
  guard let request = unsafe Request(handle), let file = unsafe file else { return }
  if request.session?.features.opensFilesItself == true { return request.fail(.noFunction) }
  unsafe file.pointee.keep_cache = 1
  unsafe request.opened(file.pointee)
}

/// As `onOpen`, for listings.
private func onOpendir(
  _ handle: fuse_req_t?, _ node: fuse_ino_t, _ file: UnsafeMutablePointer<fuse_file_info>?
) {
  guard let request = unsafe Request(handle), let file = unsafe file else { return }
  if request.session?.features.opensDirectoriesItself == true { return request.fail(.noFunction) }
  unsafe file.pointee.keep_cache = 1
  unsafe file.pointee.cache_readdir = 1
  unsafe request.opened(file.pointee)
}

private func onForget(_ handle: fuse_req_t?, _ node: fuse_ino_t, _ count: UInt64) {
  guard let request = unsafe Request(handle) else { return }
  request.session?.fileSystem.forget(NodeID(rawValue: node), count: count)
  request.finish()
}

private func onForgetMulti(
  _ handle: fuse_req_t?, _ count: Int, _ items: UnsafeMutablePointer<fuse_forget_data>?
) {
  guard let request = unsafe Request(handle) else { return }
  for index in 0..<count {
    guard let item = unsafe items?[index] else { break }
    request.session?.fileSystem.forget(NodeID(rawValue: item.ino), count: item.nlookup)
  }
  request.finish()
}

/// Answers a request by doing `operation`.
private func serve(_ handle: fuse_req_t?, _ operation: Operation) {
  guard let request = unsafe Request(handle), let session = request.session else { return }
  session.serve(request, operation)
}

/// Answers a request with an error.
private func refuse(_ handle: fuse_req_t?, _ errno: Errno) {
  guard let request = unsafe Request(handle) else { return }
  request.fail(errno)
}

/// The bytes of a C string, without its NUL.
private func bytes(_ string: UnsafePointer<CChar>?) -> [UInt8] {
  guard let string = unsafe string else { return [] }
  return unsafe [UInt8](UnsafeRawBufferPointer(start: string, count: strlen(string)))
}
