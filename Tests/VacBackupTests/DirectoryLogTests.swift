import Posix
import SystemPackage
import TestSupport
import Testing
import VacBackup

struct DirectoryLogTests {
  /// What a directory is, and the one that it is in.
  private struct Model {
    let name: [UInt8]
    let parent: Int?
    let identity: FileStatus.Identity?
    let depth: Int
  }

  @Test(
    "a directory of any depth knows those above it, near and far",
    arguments: [2, 3, 17, 256], [1, 1 << 20])
  func tree(depthLimit: Int, memoryLimit: Int) throws {
    var random = SeededGenerator(seed: UInt64(depthLimit))
    var scratch = Scratch()
    (scratch.depthLimit, scratch.memoryLimit) = (depthLimit, memoryLimit)
    let log = DirectoryLog(scratch)
    var directories = [TreeDirectory(id: 0, path: "top"), TreeDirectory(id: 1, path: "/")]
    var models = ["top", "/"].map {
      Model(name: Array($0.utf8), parent: nil, identity: nil, depth: 0)
    }
    for id in 2..<800 {
      // Mostly below the last one.
      let parent =
        Int.random(in: 0...20, using: &random) == 0
        ? Int.random(in: 0..<id, using: &random) : id - 1
      let model = Model(
        name: random.bytes(Int.random(in: 1...255, using: &random)), parent: parent,
        identity: FileStatus.Identity(fileSystem: random.next(), inode: random.next()),
        depth: models[parent].depth + 1)
      models.append(model)
      let identity = try #require(model.identity)
      directories.append(
        try log.directory(model.name, in: directories[parent], id: id, identity: identity))
    }

    for (id, directory) in directories.enumerated() {
      var next: TreeDirectory? = directory
      var expected: Int? = id
      while let place = expected {
        let current = try #require(next)
        #expect(current.id == place)
        #expect(current.identity == models[place].identity)
        #expect(current.depth == models[place].depth)
        (next, expected) = (try current.above(), models[place].parent)
      }
      #expect(next == nil)
    }
  }

  @Test("what of the directories above cannot be written is an error")
  func fullDisk() throws {
    var scratch = ScratchTests.full
    (scratch.depthLimit, scratch.memoryLimit) = (2, 1)
    let log = DirectoryLog(scratch)
    let identity = FileStatus.Identity(fileSystem: 1, inode: 2)
    var directory = TreeDirectory(id: 0, path: "top")
    #expect(throws: ScratchError.self) {
      for id in 1..<10 {
        directory = try log.directory([97], in: directory, id: id, identity: identity)
      }
    }
  }
}
