import Fuse
import TestSupport
import Testing
import VacArchive
import VacFileSystem
import VentiCore

struct WalkAheadTests {
  private let walk = WalkAhead(windowLimit: 1 << 20)

  private func number(_ position: Int, in directory: UInt64 = 1) -> UInt64 {
    directory << 32 | UInt64(position)
  }

  private func reading(_ position: Int, in directory: UInt64 = 1) -> WalkAhead.Reading {
    WalkAhead.Reading(
      number: number(position, in: directory), directory: directory, position: position)
  }

  private func note(_ position: Int, in directory: UInt64 = 1) -> WalkAhead.Extension? {
    walk.note(reading(position, in: directory)) { WalkCursor() }
  }

  /// A file of some size at a position of directory 1.
  private func file(_ position: Int, size: Int) -> WalkCursor.File {
    let entry = Entry(
      pointerSize: 8192, leafSize: 8192, isDirectory: false, depth: 0, size: size, score: .zero)
    return WalkCursor.File(number: number(position), entry: entry)
  }

  @Test("one file that is read says nothing of others")
  func single() {
    #expect(note(0) == nil)
    #expect(note(0, in: 2) == nil)
  }

  @Test("a file that follows another one begins a run, and only one")
  func begins() throws {
    #expect(note(3) == nil)
    let begun = try #require(note(4))
    #expect(begun.byteCount > 0)
    // It has not come so far yet.
    #expect(note(5) == nil)
    #expect(note(6) == nil)
  }

  @Test("a few files may be left out; going back or far away begins nothing")
  func order() {
    #expect(note(0) == nil)
    #expect(note(100) == nil)
    #expect(note(99) == nil)
    #expect(note(104) != nil)
  }

  @Test("a run goes on once half of what it asked for is read, with a window that grows")
  func goesOn() throws {
    _ = note(0)
    let begun = try #require(note(1))
    let files = (2..<10).map { file($0, size: 32 << 10) }
    for file in files { walk.expect(file, in: begun.run) }
    // Not before the run knows where it is.
    #expect(note(2) == nil)
    walk.finish(begun)

    let next = (3..<10).compactMap { note($0) }

    let first = try #require(next.first)
    #expect(next.count == 1)
    #expect(first.run == begun.run)
    #expect(first.byteCount > begun.byteCount)
  }

  @Test("the window has a limit")
  func limit() throws {
    _ = note(0)
    var ahead = try #require(note(1))
    for position in 2..<20 {
      let file = file(position, size: 1 << 30)
      walk.expect(file, in: ahead.run)
      walk.finish(ahead)
      ahead = try #require(note(position))
      #expect(ahead.byteCount <= 1 << 20)
    }
    #expect(ahead.byteCount == 1 << 20)
  }
}

struct WalkCursorTests {
  @Test("a cursor comes to every file of an archive once, in the order of listings")
  func wholeTree() throws {
    let archive = ArchiveFixture.zoo8k
    let tree = try ArchiveTree(archive)
    let source = tree.source
    let top = try Archive(opening: ArchiveScore(archive.text), in: source).directory
    var cursor = WalkCursor()
    cursor.enter(try Directory(loading: top, from: source), at: 0)
    var numbers: [UInt64] = []
    while let step = cursor.next() {
      switch step {
      case .file(let file): numbers.append(file.number)
      case .directory(let reference):
        cursor.enter(try Directory(loading: reference, from: source), at: 0)
      case .other: break
      }
    }

    let files = try tree.files().map(\.node.attributes).filter { $0.kind == .regular }
    #expect(Set(numbers) == Set(files.filter { $0.size > 0 }.map(\.inode)))
    #expect(Set(numbers).count == numbers.count)
  }

  @Test("behind a file a cursor goes on with the next one")
  func middle() throws {
    let tree = try ArchiveTree(.treeV4)
    let top = try Archive(opening: ArchiveScore(ArchiveFixture.treeV4.text), in: tree.source)
    let directory = try Directory(loading: top.directory, from: tree.source)
    var hasNext: [Bool] = []
    for position in 0...directory.count {
      var cursor = WalkCursor()
      cursor.enter(directory, at: position)
      hasNext.append(cursor.next() != nil)
    }
    #expect(hasNext == Array(repeating: true, count: directory.count) + [false])
  }
}
