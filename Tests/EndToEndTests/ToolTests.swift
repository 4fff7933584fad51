import Glibc
import SystemPackage
import TestSupport
import Testing

/// The programs that people use on a tree of files, on a mount.
@Suite(.mounts, .timeLimit(.minutes(5)))
struct ToolTests {
  /// What tools are let loose on: the whole zoo for root; the rest of us can make no devices,
  /// give no files away, and not read what has no permissions once it is copied.
  private static let subjects =
    isRoot ? "zoo0" : "zoo0/deep zoo0/dup zoo0/names zoo0/sizes zoo0/tree zoo0/wide zoo0/zeros"

  private let directory: TemporaryDirectory
  private let store: FilePath

  init() throws {
    directory = try TemporaryDirectory()
    store = try StoreFixture.store.unpack(into: directory.path)
  }

  /// Runs a script in a mount of the zoo, with an empty directory as `$1`.
  @discardableResult
  private func inZoo(_ script: String) throws -> String {
    let scratch = directory.path.appending("scratch")
    return try withMount(of: ArchiveFixture.zoo8k.file.string, from: store.string) { mount in
      try shell("mkdir $1; subjects='\(Self.subjects)'; \(script)", in: mount.path, scratch)
    }
  }

  @Test("cp -a copies a tree that neither diff -r nor rsync -n can tell from it")
  func copy() throws {
    let differences = try inZoo(
      """
      cp -a --parents $subjects $1
      # diff calls two devices different whatever they are.
      for part in $subjects; do diff -r --no-dereference --exclude=special $part $1/$part; done
      # Directories above the subjects are made as they come.
      rsync -n -a --itemize-changes --checksum --relative \
        \(isRoot ? "" : "--no-owner --no-group") $subjects $1/ >$1.differences
      grep -v '^cd' $1.differences || true
      """)
    #expect(differences == "")
  }

  @Test("rsync -n finds what is not in a copy, and nothing else")
  func rsyncFinds() throws {
    let differences = try inZoo(
      "cp -r --preserve=timestamps,mode zoo0/tree $1; rm $1/tree/0/0/README; "
        + "rsync -rlptHni zoo0/tree $1/ | grep -v '/$'")
    #expect(differences == ">f+++++++++ tree/0/0/README\n")
  }

  @Test("what tar packs, tar unpacks to the same tree")
  func archive() throws {
    let differences = try inZoo(
      """
      tar cf $1/all.tar $subjects
      tar df $1/all.tar
      mkdir $1/tree; tar xpf $1/all.tar -C $1/tree
      for part in $subjects; do
        diff -r --no-dereference --exclude=special $part $1/tree/$part
      done
      list() { find $subjects ! -type d -printf '%p %y %m %U:%G %s %T@ %l\\n' | sort; }
      diff <(list) <(cd $1/tree; list)
      """)
    #expect(differences == "")
  }

  // <unistd.h> shows them to GNU programs only.
  private let seekData: CInt = 3
  private let seekHole: CInt = 4

  @Test("holes are found by lseek, and no block is counted for a file of zeros")
  func holes() throws {
    try withMount(of: ArchiveFixture.zoo8k.file.string, from: store.string) { mount in
      let path = mount.path.appending("zoo0/zeros/head-3350533")
      let file = try FileDescriptor.open(path, .readOnly)
      defer { try? file.close() }
      #expect(lseek(file.rawValue, 0, seekHole) == 0)
      #expect(lseek(file.rawValue, 0, seekData) == 409 * 8192)
      #expect(lseek(file.rawValue, 409 * 8192, seekHole) == 3_350_633)
      #expect(try shell("stat -c %b zoo0/zeros/all-3350533", in: mount.path) == "0\n")
    }
  }

  @Test("cp and tar -S pass over the holes of a file")
  func sparseCopies() throws {
    let kilobytes = try inZoo(
      """
      cp zoo0/zeros/head-3350533 $1/copy
      tar cSf - zoo0/zeros/head-3350533 | tar xf - -C $1
      cmp zoo0/zeros/head-3350533 $1/copy
      cmp zoo0/zeros/head-3350533 $1/zoo0/zeros/head-3350533
      cd $1; du -k copy zoo0/zeros/head-3350533 | cut -f 1
      """)
    #expect(kilobytes.split(separator: "\n").compactMap { Int($0) }.filter { $0 < 100 }.count == 2)
  }

  @Test("ls -lR, find and du agree on what is there")
  func listings() throws {
    let manifest = try ArchiveFixture.zoo8k.manifest
    let output = try inZoo(
      """
      ls -lARb . | grep -c '^[-dlcbps][-rwxsStT]\\{9\\}'
      find . -mindepth 1 -printf x | wc -c
      find . -type d -links +1 -printf x | wc -c
      find . -type d -printf x | wc -c
      find . -type f -printf '%s\\n' | awk '{ sum += $1 } END { print sum }'
      du -s --apparent-size --block-size=1 . | cut -f 1
      test $(du -s --block-size=1 . | cut -f 1) -gt 3000000; echo used
      """)
    let lines = output.split(separator: "\n").map(String.init)
    let bytes = "14406167"
    // One more than the manifest has: zoo0 itself.
    let count = "\(manifest.count + 1)"
    #expect(lines.count == 7)
    #expect(lines[..<2] == [count, count])
    #expect(lines[2] == lines[3])
    #expect(lines[4] == bytes)
    #expect(Int(lines[5]).map { $0 >= 14_406_167 && $0 < 14_500_000 } == true)
    #expect(lines[6] == "used")
  }

  @Test("grep -r and sha1sum read every file")
  func contents() throws {
    let output = try inZoo(
      """
      cp -r zoo0/sizes zoo0/tree zoo0/names $1
      sums() { find sizes tree names -type f -print0 | sort -z | xargs -0 sha1sum; }
      diff <(cd zoo0; sums) <(cd $1; sums)
      diff <(cd zoo0; grep -rlF an sizes tree names | sort) \
        <(cd $1; grep -rlF an sizes tree names | sort)
      grep -rlF an zoo0/tree | head -1 | wc -l
      """)
    #expect(output == "1\n")
  }

  @Test("df shows a file system that is full, and its type")
  func freeSpace() throws {
    let output = try inZoo("df --output=fstype,source,avail,target . | tail -1")
    let fields = output.split(separator: " ").map(String.init)
    #expect(fields.count >= 4)
    #expect(fields.first == "fuse.vacfs")
    #expect(try fields.dropFirst().first == ArchiveFixture.zoo8k.text)
    #expect(fields.dropFirst(2).first == "0")
  }

  @Test("whatever would write is refused with EROFS")
  func readOnly() throws {
    let output = try inZoo(
      """
      cd zoo0
      for command in 'touch new' 'mkdir new' 'rm tree/0/0/README' 'rmdir empty-dir' \
        'chmod 600 tree' 'ln -s a new' 'ln tree/0/0/README new' 'mv tree new' 'mkfifo new' \
        'truncate -s 1 tree/0/0/README' 'touch -d @1 tree'
      do $command 2>&1 && echo "$command: done" || true; done
      """)
    let lines = output.split(separator: "\n")
    #expect(lines.count == 11)
    for line in lines { #expect(line.hasSuffix("Read-only file system"), "\(line)") }
  }
}
