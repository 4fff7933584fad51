import Testing
import VacArchive
import VentiCore

struct ArchiveNameTests {
  private static let digits = "0ac5d29970024900ad322c17d4700202903d8a7e"

  @Test(
    "a .vac file is one line, whatever ends it and whatever blanks are around it",
    arguments: [
      "vac:\(digits)\n", "vac:\(digits)", "vac:\(digits)\r\n", "  vac:\(digits) \t\n",
      "\nvac:\(digits)\n\n", "vac:\(digits.uppercased())\n",
    ])
  func file(text: String) throws {
    #expect(try ArchiveScore(parsingFile: Array(text.utf8)).description == "vac:\(Self.digits)")
  }

  @Test(
    "a .vac file of anything else is refused",
    arguments: [
      "", " \n", "vac:\(digits)\nvac:\(digits)\n", "file:\(digits)\n", "\(digits)\n",
      "vac:\(digits.dropLast())\n", "vac:\(digits)0\n", "vac:\(digits.dropLast())g\n",
      "vac: \(digits)\n", "VAC:\(digits)\n", String(repeating: "x", count: 5000),
    ])
  func notAFile(text: String) {
    #expect(throws: ArchiveError.self) { try ArchiveScore(parsingFile: Array(text.utf8)) }
  }

  @Test("every way to cut a .vac file short is refused, but for the end of the line")
  func prefixes() {
    let bytes = Array("vac:\(Self.digits)\n".utf8)
    for count in 0..<44 {
      #expect(throws: ArchiveError.self) { try ArchiveScore(parsingFile: Array(bytes[..<count])) }
    }
  }

  @Test("messages quote what was found")
  func messages() {
    let error = #expect(throws: ArchiveError.self) { try ArchiveScore("vac:12") }
    #expect(
      error?.description == "archive name 'vac:12': expected 'vac:' and 40 hexadecimal digits")
    let wrong = #expect(throws: ArchiveError.self) { try ArchiveScore("file:\(Self.digits)") }
    #expect(
      wrong?.description
        == "archive name 'file:\(Self.digits)': expected 'vac:' before the score")
  }

  @Test("an argument is a score if it looks like one, else a file")
  func arguments() throws {
    let score = try ArchiveScore("vac:\(Self.digits)")
    #expect(try ArchiveName("vac:\(Self.digits)") == .score(score))
    #expect(try ArchiveName("home.vac") == .file("home.vac"))
    #expect(try ArchiveName("./vac:12") == .file("./vac:12"))
    #expect(throws: ArchiveError.self) { try ArchiveName("vac:12") }
    #expect(throws: ArchiveError.self) { try ArchiveName(Self.digits) }
    #expect(throws: ArchiveError.self) { try ArchiveName("file:\(Self.digits)") }
  }
}
