import Fuse
import Posix
import SystemPackage

/// The arguments: a mountpoint, then `key=value` and words.
struct Arguments {
  var mountpoint = ""
  var directories = 40
  var filesEach = 50
  var meanByteCount = 4096
  private var words: [String] = []

  init(_ arguments: [String]) {
    mountpoint = arguments.dropFirst().first ?? ""
    words = Array(arguments.dropFirst(2))
    directories = number("directories") ?? directories
    filesEach = number("files") ?? filesEach
    meanByteCount = number("bytes") ?? meanByteCount
  }

  /// Whether the tree has a link that hangs.
  var hasHangingLink: Bool { words.contains("late-link") }

  /// Whether the tree has names that hang.
  var hasHangingNames: Bool { words.contains("late-names") }

  private func number(_ key: String) -> Int? {
    words.first { $0.hasPrefix(key + "=") }.flatMap { Int($0.dropFirst(key.count + 1)) }
  }

  /// The session's options; `messages` counts what the kernel sends.
  func options(counting messages: Monitor<Int>) -> SessionOptions {
    var mount = MountOptions(source: "test,tree\\", subtype: "test")
    mount.allowsOthers = words.contains("allow_other")
    mount.checksPermissions = words.contains("default_permissions")
    mount.unmountsAutomatically = words.contains("auto_unmount")
    mount.deniesExecution = words.contains("noexec")
    mount.leavesLinksAlone = words.contains("nosymfollow")
    mount.ignoresAccessTimes = words.contains("noatime")
    var options = SessionOptions(mount: mount)
    options.readAheadKiB = number("readahead")
    options.waitingLimit = number("waiting") ?? options.waitingLimit
    options.patienceSeconds = Double(number("patience") ?? 60)
    if words.contains("untraced") { return options }
    let isLoud = words.contains("loud")
    options.trace = { line in
      // libfuse's line for a message of the kernel's.
      if line.hasPrefix("unique:") { messages.withLock { $0 += 1 } }
      if isLoud { FileDescriptorOutput.standardError.write(line) }
    }
    return options
  }
}

/// Lines without a buffer, so that each is seen at once.
struct FileDescriptorOutput: Sendable {
  static let standardOutput = Self(descriptor: .standardOutput)
  static let standardError = Self(descriptor: .standardError)
  let descriptor: FileDescriptor

  func write(_ line: String) {
    _ = try? descriptor.writeAll((line + "\n").utf8)
  }
}
