import VentiCore
import VentiStore

/// What a store keeps for its next start, in the blank of its index, and buckets of any contents.
enum Recovery {
  private static let tails = (offset: 28_672, magic: 0x7661_6366_7320_7374 as UInt64)
  private static let list = (offset: 32_768, magic: 0x7661_6366_7320_6f66 as UInt64)
  private static let journal = (offset: 65_536, magic: 0x7661_6366_7320_6978 as UInt64)

  static func run(_ bytes: [UInt8]) {
    let body = Array(bytes.dropFirst())
    switch bytes.first.map({ $0 % 5 }) {
    case 0: readJournal(body, of: .roomy)
    case 1: readJournal(body, of: .crowded)
    case 2: readList(body, of: .crowded)
    case 3: readTails(body, of: .roomy)
    default: readBuckets(body)
    }
  }

  /// Whatever a journal says, no block is lost by it.
  private static func readJournal(_ body: [UInt8], of template: TemplateStore) {
    guard body.count <= 90_000 else { return }
    var writer = ByteWriter()
    writer.uint64(journal.magic)
    writer.uint32(template.bucketMagic)
    write(body, to: &writer)
    let parts = template.parts { $0.replace(journal.offset, with: writer.bytes) }
    expect(template.holdsAll(parts), "a reader finds all blocks beside a journal")
    open(parts, of: template)
    expect((try? StoreChecker(parts).run())??.isSound == true, "a journal damages nothing")
  }

  /// A list that lies costs blocks, as a tail does; but it says nothing that is not looked at.
  private static func readList(_ body: [UInt8], of template: TemplateStore) {
    guard body.count <= 32_000 else { return }
    var writer = ByteWriter()
    writer.uint64(list.magic)
    write(body, to: &writer)
    let parts = template.parts { $0.replace(list.offset, with: writer.bytes) }
    _ = template.holdsAll(parts)
    guard let store = try? Store(parts, options: template.options) else { return }
    _ = try? store.write(Block(body), type: .data)
    try? store.close()
  }

  /// Whatever tails are said to be safe, those of a whole store are.
  private static func readTails(_ body: [UInt8], of template: TemplateStore) {
    guard body.count <= 4_000 else { return }
    var writer = ByteWriter()
    writer.uint64(tails.magic)
    write(body, to: &writer)
    open(template.parts { $0.replace(tails.offset, with: writer.bytes) }, of: template)
  }

  private static func write(_ body: [UInt8], to writer: inout ByteWriter) {
    writer.uint32(UInt32(body.count))
    writer.score(Block(body).score)
    writer.raw(body)
  }

  /// Buckets of any contents: what is wrong is found, and made right.
  private static func readBuckets(_ bytes: [UInt8]) {
    let template = TemplateStore.roomy
    let parts = template.parts {
      $0.replace(template.base, with: Array(bytes.prefix(template.bucketByteCount)))
    }
    let isSound = (try? StoreChecker(parts).run())??.isSound == true
    let findsAll = template.holdsAll(parts)
    expect(findsAll || !isSound, "a sound store has all blocks")
    _ = try? StoreRepair(parts).rebuildIndex()
    expect((try? StoreChecker(parts).run())??.isSound == true, "an index is made anew")
    expect(template.holdsAll(parts), "an index that was made anew has all blocks")
  }

  private static func open(_ parts: StoreParts, of template: TemplateStore) {
    guard let store = try? Store(parts, options: template.options) else {
      return expect(false, "a store opens")
    }
    for address in template.addresses {
      expect((try? store.read(address)) != nil, "a store has all blocks")
    }
    expect((try? store.close()) != nil, "a store closes")
  }
}
