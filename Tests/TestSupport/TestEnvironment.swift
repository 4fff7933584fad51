internal import Glibc
public import SystemPackage
public import Testing

/// What the environment asks of the tests.
public enum TestEnvironment {
  /// Whether slow tests run too: `scripts/test --long`.
  public static var runsLongTests: Bool { variable("VACFS_LONG_TESTS") == "1" }

  /// Whether a test must not be skipped for what the machine lacks.
  public static var isContinuousIntegration: Bool { variable("CI") == "true" }

  /// Where plan9port is installed, for tests beside the real thing.
  public static var plan9: FilePath? { variable("PLAN9").map { FilePath($0) } }

  static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

extension Trait where Self == ConditionTrait {
  /// Runs the test only when long tests are asked for.
  public static var long: Self {
    .enabled("scripts/test --long runs it") { TestEnvironment.runsLongTests }
  }

  /// Skips the test where nothing can be mounted, except under `CI=true`: there it fails.
  public static var mounts: Self {
    .enabled("/dev/fuse cannot be opened") {
      TestEnvironment.isContinuousIntegration || access("/dev/fuse", R_OK | W_OK) == 0
    }
  }

  /// Runs the test only where `$PLAN9` names a plan9port to test against.
  public static var plan9: Self {
    .enabled("PLAN9 is not set") { TestEnvironment.plan9 != nil }
  }
}
