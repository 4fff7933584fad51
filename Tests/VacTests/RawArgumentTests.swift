import TestSupport
import Testing

/// Arguments of the programs that are not UTF-8.
@Suite(.timeLimit(.minutes(5)))
struct RawArgumentTests {
  private let work: Workplace
  private let programs: String

  init() throws {
    work = try Workplace()
    programs = """
      export venti=\(work.store)
      vac=\(Fixture.program("vac")) unvac=\(Fixture.program("unvac"))

      """
  }

  @discardableResult
  private func run(_ script: String) throws -> String { try work.shell(programs + script) }

  @Test("vac takes files, patterns, and names of archives in bytes")
  func vac() throws {
    let list = try run(
      """
      mkdir $'d\\xe9'; touch $'d\\xe9'/{a,$'x\\xff',$'y\\xff'}
      $vac -f $'1\\xff.vac' -e $'d\\xe9/x\\xff' $'d\\xe9' 2>$'log\\xff'
      echo "exclude "$'d\\xe9/a' >$'list\\xff'
      $vac -d $'1\\xff.vac' -q -x $'list\\xff' -i $'in\\xff' -f 2.vac $'d\\xe9' <<<in 2>>$'log\\xff'
      $unvac -t $'1\\xff.vac'; $unvac -t 2.vac
      """
    )
    #expect(
      list == "d\u{fffd}/\nd\u{fffd}/a\nd\u{fffd}/y\u{fffd}\n"
        + "d\u{fffd}/\nd\u{fffd}/x\u{fffd}\nd\u{fffd}/y\u{fffd}\nin\u{fffd}\n")
  }

  @Test("the files of -f and -a may be in a directory whose name is not UTF-8")
  func directoryOfArchives() throws {
    let output = try run(
      """
      mkdir $'d\\xe9'; echo 1 >f; echo mine >$'d\\xe9/1.vac.new'
      for again in 1 2; do $vac -f $'d\\xe9/1.vac' f; $vac -a $'d\\xe9/days.vac' f; done
      $unvac -c $'d\\xe9/1.vac'; $unvac -t $'d\\xe9/days.vac' | grep -c '/f$'
      ls -A $'d\\xe9'; cat $'d\\xe9/1.vac.new'
      """)
    #expect(output == "1\n2\n1.vac\n1.vac.new\ndays.vac\nmine\n")
  }

  @Test("unvac takes archive, directory and files in bytes, and says which it has not")
  func unvac() throws {
    let output = try run(
      """
      mkdir $'d\\xe9'; echo right >$'d\\xe9/a\\xff'; echo wrong >$'d\\xe9/a\\xfe'
      $vac -f $'1\\xff.vac' $'d\\xe9'
      $unvac -c $'1\\xff.vac' $'d\\xe9/a\\xff'
      $unvac -C $'out\\xff' $'1\\xff.vac' $'d\\xe9/a\\xff'
      ls $'out\\xff'/* | wc -l; cat $'out\\xff/d\\xe9/a\\xff'
      $unvac --verify -C $'out\\xff' $'1\\xff.vac' $'d\\xe9/a\\xff'
      ! $unvac -t $'1\\xff.vac' $'d\\xe9/b\\xff' 2>&1
      """
    )
    #expect(
      output == "right\n1\nright\nd\u{fffd}/\nunvac: 'd\u{fffd}/b\u{fffd}': not in the archive\n")
  }
}
