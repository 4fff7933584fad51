public import SystemPackage

extension ChildProcess {
  /// Runs a program to its end, and returns the kilobytes of memory that it took at the most.
  ///
  /// A small program stands between it and the test: the system counts the memory of whoever starts a
  /// program as the program's own.
  ///
  /// - Throws: `ChildProcessError` when it does not end with success.
  public static func peakKilobytes(
    of program: FilePath, _ arguments: [String], environment: [String: String] = [:],
    directory: FilePath? = nil, within seconds: Double = 120
  ) throws -> Int {
    let script = """
      import resource, subprocess, sys
      status = subprocess.run(sys.argv[1:]).returncode
      print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
      sys.exit(status)
      """
    let child = try ChildProcess(
      "python3", ["-c", script, program.string] + arguments, environment: environment,
      directory: directory)
    let status = try child.waitForExit(within: seconds)
    let last = child.output.split(separator: "\n").last.flatMap { Int($0) }
    guard status == .success, let last else { throw child.failure("\(status)") }
    return last
  }
}
