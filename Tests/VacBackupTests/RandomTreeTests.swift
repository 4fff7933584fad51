import Posix
import SystemPackage
import TestSupport
import Testing
import VacArchive
import VacBackup
import VentiCore

/// Trees of random shape: what is archived comes back, to the last attribute.
@Suite(.timeLimit(.minutes(5)))
struct RandomTreeTests {
  /// Makes a random tree in a directory, by a script: the same seed, the same tree.
  private struct Shape {
    private var random: SeededGenerator
    private(set) var script = ""
    private var linkable: [String] = []
    private var left: Int
    private let depthLimit: Int

    init(seed: UInt64) {
      random = SeededGenerator(seed: seed)
      left = [10, 60, 200][Int(seed) % 3]
      depthLimit = [1, 4, 60][Int(seed / 3) % 3]
      fill("", depth: 0)
    }

    private mutating func number(_ range: ClosedRange<Int>) -> Int {
      Int.random(in: range, using: &random)
    }

    private mutating func chance(_ one: Int) -> Bool { number(1...one) == 1 }

    private mutating func fill(_ directory: String, depth: Int) {
      // A chain, nothing at all, a few, or a crowd.
      let width = [1, 0, 5, 40][number(0...3)]
      for place in 0..<max(0, min(max(width, depth == 0 ? 3 : 0), left)) {
        left -= 1
        make(directory + name(place, in: directory), depth: depth)
      }
    }

    /// A name that no other in the directory has; some at the limits of what a name can be.
    private mutating func name(_ place: Int, in directory: String) -> String {
      let longest = 255
      switch number(0...9) {
      // A path has to be short enough for the programs that make it.
      case 0 where directory.count < 1000:
        return String(repeating: "n", count: longest - "\(place)".count) + "\(place)"
      case 1: return ".\(place)"
      case 2: return "\\n \\xff'\(place)"
      case 3: return "-\(place)"
      case 4: return String(repeating: "p", count: place + 1)
      default: return "\(place)"
      }
    }

    private mutating func make(_ path: String, depth: Int) {
      let quoted = "$'" + path.replacing("'", with: "\\'") + "'"
      let kind = number(0...11)
      switch kind {
      case 0...3 where depth < depthLimit:
        script += "mkdir -- \(quoted)\n"
        fill(path + "/", depth: depth + 1)
      case 4: script += "ln -s -- 'to \(number(0...9))' \(quoted)\n"
      case 5: script += "mkfifo -- \(quoted)\n"
      case 6: script += "truncate -s \(number(1...200_000)) -- \(quoted)\n"
      case 7 where !linkable.isEmpty:
        script += "ln -- \(linkable[number(0...linkable.count - 1)]) \(quoted)\n"
      default:
        script += "printf '%*s' \(number(0...3000)) \(path.count) >\(quoted)\n"
        if chance(3) { linkable.append(quoted) }
      }
      guard kind != 4 else { return }
      if chance(4) { script += "setfattr -n user.x -v \(number(0...9)) \(quoted) || true\n" }
      if chance(4) { later += "chmod \(["0700", "0755", "1777"][number(0...2)]) -- \(quoted)\n" }
      later +=
        "touch -d @\(number(0...2_000_000_000)).\(number(100_000_000...999_999_999)) -- \(quoted)\n"
    }

    /// What is done last, so that it stays.
    private(set) var later = ""
  }

  /// Makes the tree of a seed.
  private func makeTree(seed: UInt64) throws -> SourceTree {
    let directory = try TemporaryDirectory()
    let script = directory.path.appending("script")
    let shape = Shape(seed: seed)
    try File.put(shape.script + shape.later, at: script)
    return try withExtendedLifetime(directory) { try SourceTree("bash -eu '\(script)'") }
  }

  @Test("a tree of any shape comes back as it was", arguments: 0..<18 as Range<UInt64>)
  func roundTrip(seed: UInt64) throws {
    let tree = try makeTree(seed: seed)
    let blockSize = [512, 8192, 57344][Int(seed % 3)]
    let score = try tree.archive { $0.layout = try BlockLayout(blockSize: blockSize) }
    #expect(tree.problems == [], "seed \(seed)")

    let restored = try tree.restore(score)

    #expect(restored.problems == [], "seed \(seed)")
    let (found, expected) = try (description(of: restored.path), description(of: tree.path))
    #expect(found == expected, "seed \(seed)")
    #expect(found.split(separator: "\n").count > 5, "seed \(seed)")
  }

  @Test(
    "archived again with -q, it is the same archive but for the one before",
    arguments: 0..<9 as Range<UInt64>)
  func unchanged(seed: UInt64) throws {
    let tree = try makeTree(seed: seed)
    let first = try tree.archive()

    let second = try tree.archive(previous: first) { $0.skipsUnchanged = true }

    let tops = try [first, second].map { try Archive(opening: $0, in: tree.store).root.score }
    #expect(tops[0] == tops[1], "seed \(seed)")
  }

  @Test(
    "changed in any way and archived again with -q, it is the archive that would be made anew",
    arguments: 0..<18 as Range<UInt64>)
  func changed(seed: UInt64) throws {
    let tree = try makeTree(seed: seed)
    let first = try tree.archive()
    try tree.shell(Self.changes(seed: seed))

    let second = try tree.archive(previous: first) { $0.skipsUnchanged = true }

    let tops = try [second, tree.archive()].map {
      try Archive(opening: $0, in: tree.store).root.score
    }
    #expect(tops[0] == tops[1], "seed \(seed)")
    #expect(try Archive(opening: first, in: tree.store).root.score != tops[1], "seed \(seed)")
    #expect(tree.problems == [], "seed \(seed)")
  }

  /// A script that changes up to eight files, each in another way.
  private static func changes(seed: UInt64) -> String {
    #"""
    change=\#(seed)
    touch new
    while IFS= read -rd '' path; do
      [ -L "$path" ] || [ -e "$path" ] || continue
      change=$((change + 1))
      case $((change % 8)) in
        0) if [ -f "$path" ]; then echo more >>"$path"; fi ;;
        1) [ -L "$path" ] || chmod 0711 -- "$path" ;;
        2) rm -rf -- "$path" ;;
        3) if [ "${#path}" -lt 200 ]; then mv -- "$path" "$path.moved"; fi ;;
        4) touch -h -- "$path" ;;
        5) setfattr -n user.y -v 1 -- "$path" 2>/dev/null || true ;;
        6) rm -rf -- "$path"; mkdir -- "$path" ;;
        7) if [ -f "$path" ]; then ln -- "$path" "linked$change"; fi ;;
      esac
    done < <(find . -mindepth 1 -print0 | sort -z |
      shuf -z -n 8 --random-source=<(yes \#(seed)))
    """#
  }

  @Test(
    "with next to no memory for them, stacks and tables make the same archive and the same tree",
    arguments: 0..<18 as Range<UInt64>)
  func setAside(seed: UInt64) throws {
    let tree = try makeTree(seed: seed)
    let score = try tree.archive()
    var scratch = Scratch()
    (scratch.memoryLimit, scratch.depthLimit) = (1, Int(seed % 5))
    let frugal = try tree.archive(previous: seed % 2 == 0 ? score : nil) { options in
      options.scratch = scratch
      options.skipsUnchanged = true
      options.nameByteLimit = [1, 100, 1000][Int(seed % 3)]
    }
    let tops = try [score, frugal].map { try Archive(opening: $0, in: tree.store).root.score }
    #expect(tops[0] == tops[1], "seed \(seed)")

    let archive = try Archive(opening: score, in: tree.store)
    let restored = try RestoredTree()
    try restored.restore(archive, in: tree.store) { $0.scratch = scratch }
    let differences = try restored.verify(archive, in: tree.store) { $0.scratch = scratch }

    #expect(restored.problems == [], "seed \(seed)")
    #expect(differences == [], "seed \(seed)")
    let (found, expected) = try (description(of: restored.path), description(of: tree.path))
    #expect(found == expected, "seed \(seed)")
  }

  /// All that find(1), md5sum(1) and getfattr(1) say of the files.
  private func description(of top: FilePath) throws -> String {
    try ChildProcess.run(
      "bash", "-c",
      #"""
      find . -mindepth 1 -printf '%p|%y|%m|%U|%G|%l|%T@' \
        \( -type d -printf '\0' -o -printf '|%n|%s\0' \) | sort -z | tr '\0\n' '\n?'
      find . -type f -print0 | sort -z | xargs -0r md5sum
      find . -print0 | sort -z | xargs -0r getfattr -h -d -- 2>&1
      """#, directory: top)
  }
}
