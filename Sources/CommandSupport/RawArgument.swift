public import ArgumentParser
internal import Posix
public import SystemPackage

/// An argument in bytes, as paths are: it need not be UTF-8.
///
/// ArgumentParser knows strings only. So that bytes come through it, those that are not part of
/// UTF-8 are written as the last 128 code points of Unicode, of which none is a character; and the
/// bytes of such a code point, should somebody have it in a name, as one each as well.
public struct RawArgument: ExpressibleByArgument, Sendable, Hashable {
  private static let firstEscape: UInt32 = 0x10_ff80
  private static let firstByte: UInt32 = 0x80

  /// What a shell offers for it.
  public static var defaultCompletionKind: CompletionKind { .file() }

  /// The bytes.
  public let bytes: [UInt8]

  /// Takes an argument that ArgumentParser has read.
  public init(argument: String) {
    bytes = argument.unicodeScalars.flatMap { scalar in
      scalar.value >= Self.firstEscape
        ? [UInt8(scalar.value - Self.firstEscape + Self.firstByte)]
        : Array(String(scalar).utf8)
    }
  }

  /// The path that it is.
  public var path: FilePath { FilePath(bytes: bytes) }

  /// The argument as text, in which what is not UTF-8 is replaced.
  public var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The argument as it stands in help.
  public var defaultValueDescription: String { text }

  /// Bytes as a string that comes through ArgumentParser.
  package static func escaped(_ bytes: [UInt8]) -> String {
    var text = ""
    func escape(_ byte: UInt8) {
      let code = UInt32(byte) - firstByte + firstEscape
      if let scalar = Unicode.Scalar(code) { text.unicodeScalars.append(scalar) }
    }
    for piece in LenientUTF8(bytes) {
      switch piece {
      case .byte(let byte): escape(byte)
      case .scalar(let scalar) where scalar.value >= firstEscape:
        for byte in String(scalar).utf8 { escape(byte) }
      case .scalar(let scalar): text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// A command of which some arguments need not be UTF-8.
public protocol RawCommand: ParsableCommand {}

extension RawCommand {
  /// Runs the command with the arguments of the process.
  public static func main() {
    StandardDescriptors.takePlaces()
    run(with: ProgramArguments.bytes.map(RawArgument.escaped))
  }
}
