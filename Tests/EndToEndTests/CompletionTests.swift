import SystemPackage
import TestSupport
import Testing

/// What a shell offers when somebody types a command.
struct CompletionTests {
  /// Loads a program's completions, has them complete the last word of a line, and prints what
  /// they offer.
  private static let complete = """
    eval "$("$0" --generate-completion-script bash)"
    COMP_LINE=$1 COMP_POINT=${#1}
    read -ra COMP_WORDS <<<"$1"
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    name=${COMP_WORDS[0]} COMPREPLY=()
    "_$name" "$name" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf '%s\\n' "${COMPREPLY[@]}" | sort -u
    """

  @Test(
    "bash completes archives, files and mountpoints",
    arguments: [
      ("vacfs ho", "home.vac"), ("vacfs home.vac mo", "mountpoint"), ("vacfs -m mo", "mountpoint"),
      ("unvac ho", "home.vac"), ("unvac -C mo", "mountpoint"), ("vac -d ho", "home.vac"),
      ("vac -f x.vac mo", "mountpoint"), ("vac -h mo", "mountpoint"),
      ("venti roots mo", "mountpoint"),
    ])
  func names(line: String, offered: String) throws {
    let directory = try TemporaryDirectory()
    try shell("mkdir mountpoint; touch home.vac", in: directory.path)
    let program = Fixture.program(String(line.prefix { $0 != " " }))

    let output = try ChildProcess.run(
      "bash", "-c", Self.complete, program.string, line, directory: directory.path)

    #expect(output.split(separator: "\n").contains(Substring(offered)), "\(output)")
  }
}
