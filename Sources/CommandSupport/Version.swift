/// The version of all commands.
public enum Version {
  /// The version, as `--version` shows it.
  public static let text = "0.1.0"
}
