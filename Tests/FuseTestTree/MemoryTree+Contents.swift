import Fuse
import TestSupport

extension MemoryTree {
  /// The tree of the tests.
  package static func sample(directories: Int, filesEach: Int, meanByteCount: Int) -> MemoryTree {
    let tree = MemoryTree()
    tree.addMany(directories: directories, filesEach: filesEach, meanByteCount: meanByteCount)
    tree.addOddFiles()
    let hanging = tree.addDirectory("hanging", to: 0)
    for number in 0..<64 {
      tree.add(
        "\(number)", to: hanging, kind: .regular, .hanging(Array("late \(number)\n".utf8)))
    }
    return tree
  }

  /// Adds `late-link`, a link that cannot be read, so that no `ls -l` comes to an end.
  package func addHangingLink() {
    add(
      "late-link", to: 0, kind: .symbolicLink, permissions: 0o777,
      .hangingLink(Array("hello".utf8)))
  }

  /// Adds `weary/late`, `weary/later` and `weary/prompt`: only the last can be looked up.
  package func addHangingNames() {
    let directory = addDirectory("weary", to: 0)
    for name in ["late", "later"] { add(name, to: directory, kind: .regular, .hangingName) }
    add("prompt", to: directory, kind: .regular, .text("prompt\n"))
  }

  /// Gives `body` the path and the contents of each file that has less than 2 MiB and does not
  /// hang.
  package func visitSmallFiles(_ body: (String, [UInt8]) throws -> Void) throws {
    var directories = [(path: "", node: NodeID.root)]
    while let (path, node) = directories.popLast() {
      var entries: [DirectoryEntry] = []
      try list(node, from: 2, form: .nodes, patience: .none) { entries.append($0) == () }
      for entry in entries {
        guard let node = entry.node else { continue }
        let name = path + String(decoding: entry.name, as: UTF8.self)
        if entry.kind == .directory { directories.append((name + "/", node.id)) }
        guard entry.kind == .regular, node.attributes.size < 2 << 20,
          let slices = try? read(node.id, at: 0, count: 2 << 20, patience: .none),
          let contents = Self.joined(slices)
        else { continue }
        try body(name, contents)
      }
    }
  }

  /// The bytes of `slices`, nil where they are not there.
  private static func joined(_ slices: [Slice]) -> [UInt8]? {
    var joined: [UInt8] = []
    for slice in slices {
      switch slice {
      case .zeros(let count): joined += [UInt8](repeating: 0, count: count)
      case .bytes(let bytes, let range):
        var isThere = false
        bytes.withBytes { span in
          guard range.upperBound <= span.byteCount else { return }
          isThere = true
          span.withUnsafeBytes { joined += $0[range] }
        }
        if !isThere { return nil }
      }
    }
    return joined
  }

  /// Adds `many/d<i>/f<j>`, files of random bytes.
  private func addMany(directories: Int, filesEach: Int, meanByteCount: Int) {
    var generator = SeededGenerator(seed: 1)
    let many = addDirectory("many", to: 0)
    for number in 0..<directories {
      let directory = addDirectory("d\(number)", to: many)
      for file in 0..<filesEach {
        let size = Int.random(in: 0...2 * meanByteCount, using: &generator)
        add("f\(file)", to: directory, kind: .regular, .random(size, &generator))
      }
    }
  }

  private func addOddFiles() {
    add("hello", to: 0, kind: .regular, .text("hello, world\n"))
    add("link", to: 0, kind: .symbolicLink, permissions: 0o777, .link(Array("many/d0".utf8)))
    add("fifo", to: 0, kind: .fifo, .special)
    add("null", to: 0, kind: .characterDevice(1 << 8 | 3), permissions: 0o600, .special)
    add("disk", to: 0, kind: .blockDevice(8 << 8 | 1), permissions: 0o600, .special)
    add("line\nbreak", to: 0, kind: .regular, .text("odd name\n"))
    add(String(repeating: "n", count: 255), to: 0, kind: .regular, .text("long name\n"))
    add("setuid", to: 0, kind: .regular, permissions: 0o4755, .text(""))
    add("sparse", to: 0, kind: .regular, .sparse(size: 5 << 30, [0, 1 << 17, (5 << 17) - 1]))
    var generator = SeededGenerator(seed: 2)
    add("crumbs", to: 0, kind: .regular, .random(1_000_001, unit: 100, &generator))
    add("wrong", to: 0, kind: .regular, .wrong)
    let crowd = addDirectory("crowd", to: 0)
    for number in 0..<5000 { add("name-\(number)", to: crowd, kind: .regular, .text("x")) }
  }
}

extension MemoryTree.Body {
  /// A file of `size` random bytes.
  static func random(
    _ size: Int, unit: Int = MemoryTree.blockByteCount, _ generator: inout SeededGenerator
  ) -> Self {
    let starts = stride(from: 0, to: size, by: unit)
    return .blocks(
      starts.map { start in
        HeapBytes(count: min(unit, size - start)) { memory in
          for index in stride(from: 0, to: memory.count - 7, by: 8) {
            memory.storeBytes(of: generator.next(), toByteOffset: index, as: UInt64.self)
          }
          for index in memory.count / 8 * 8..<memory.count { memory[index] = UInt8(index & 0xff) }
        }
      }, size: size, unit: unit)
  }

  /// A short file.
  static func text(_ text: String) -> Self {
    let bytes = Array(text.utf8)
    return .blocks(
      bytes.isEmpty ? [] : [HeapBytes(count: bytes.count) { $0.copyBytes(from: bytes) }],
      size: bytes.count, unit: MemoryTree.blockByteCount)
  }

  /// A file of holes but for the given blocks, which hold the byte 7.
  static func sparse(size: Int, _ stored: [Int]) -> Self {
    var blocks = [HeapBytes?](repeating: nil, count: size / MemoryTree.blockByteCount)
    for block in stored {
      blocks[block] = HeapBytes(count: MemoryTree.blockByteCount) { memory in
        for index in memory.indices { memory[index] = 7 }
      }
    }
    return .blocks(blocks, size: size, unit: MemoryTree.blockByteCount)
  }
}
