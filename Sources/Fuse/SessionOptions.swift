/// How a session mounts and serves.
public struct SessionOptions: Sendable {
  /// How it is mounted.
  public var mount: MountOptions
  /// How far the kernel reads ahead, in KiB, and so how large its requests are; 4 to 1024.
  ///
  /// nil sets 1024 where this process may (root), else leaves the kernel's 128.
  public var readAheadKiB: Int?
  /// How long one request may wait for storage.
  public var patienceSeconds = 60.0
  /// How many requests may wait for storage at once, each on a thread; others queue.
  public var waitingLimit = 512
  /// Takes a line for each request and answer; nil costs nothing.
  public var trace: (@Sendable (String) -> Void)?
  /// Takes what goes wrong while serving and stops nothing.
  public var log: @Sendable (String) -> Void = { _ in }

  /// The usual session for a mount.
  public init(mount: MountOptions) {
    self.mount = mount
  }
}
