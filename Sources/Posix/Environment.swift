import Glibc

/// The variables of this process's environment.
public enum Environment {
  /// The value of a variable; nil when it is not set.
  public static subscript(name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
