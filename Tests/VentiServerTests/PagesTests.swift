import TestSupport
import Testing
import VentiCore
import VentiServer
import VentiWire

/// What the web pages say.
///
/// The golden ones are as plan9port's server prints them.
@Suite(.timeLimit(.minutes(1)))
struct PagesTests {
  @Test("/index is plan9port's, with ranges that are off by a block at both ends")
  func index() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let answer = try test.get("/index")
    #expect(answer.status == "200")
    #expect(answer["Content-Type"] == "text/plain; charset=utf-8")
    #expect(
      answer.body == """
        index=main version=1 blocksize=8192 tabsize=524288
        \tbuckets=159 div=27012373
        \tsect=s for buckets [0,159) buckmax=215
        arena=t0 at index [1048576,2080768)
        \tarena='t0' on arenas at [802816,1851392)
        \tversion=5 created=1795347402 modified=1795347403 mem=sealed disk=sealed
        \tscore=3c0b679407176f94a4c989dd80016339185bfaa8
        \twritten: clumps=135 compressed clumps=7 data=1,028,246 compressed data=1,016,732 storage=1,025,237
        \tindexed: clumps=135 compressed clumps=7 data=1,028,246 compressed data=1,016,732 storage=1,025,237
        arena=t1 at index [2080768,3112960)
        \tarena='t1' on arenas at [1851392,2899968)
        \tversion=5 created=1795347403 modified=1795347403
        \twritten: clumps=39 compressed clumps=15 data=199,585 compressed data=189,010 storage=191,467
        \tindexed: clumps=39 compressed clumps=15 data=199,585 compressed data=189,010 storage=191,467

        """)
  }

  @Test("/storage is plan9port's: four lines of totals")
  func storage() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    #expect(
      try test.get("/storage").body == """
        index=main
        total arenas=3 active=2
        total space=3,350,528 used=1,216,704
        clumps=174 compressed clumps=22 data=1,227,831 compressed data=1,205,742

        """)
  }

  @Test("/xindex is plan9port's, with all arenas")
  func xindex() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let answer = try test.get("/xindex")
    #expect(answer["Content-Type"] == "text/xml")
    #expect(
      answer.body == """
        <index name="main" version="1" blocksize="8192" tabsize="524288" buckets="159" buckdiv="27012373">
        \t<sects>
        \t\t<sect name="s" start="0" stop="159"/>
        \t</sects>
        \t<amaps>
        \t\t<amap name="t0" start="1048576" stop="2080768"/>
        \t\t<amap name="t1" start="2080768" stop="3112960"/>
        \t\t<amap name="t2" start="3112960" stop="4399104"/>
        \t</amaps>
        \t<arenas>
        \t\t<arena name="t0" version="5" partition="arenas" blocksize="8192" start="802816" stop="819200" created="1795347402" modified="1795347403" sealed="yes" score="3c0b679407176f94a4c989dd80016339185bfaa8" clumps="135" compressedclumps="7" data="1028246" compresseddata="1016732" storage="1025237"/>
        \t\t<arena name="t1" version="5" partition="arenas" blocksize="8192" start="1851392" stop="1867776" created="1795347403" modified="1795347403" clumps="39" compressedclumps="15" data="199585" compresseddata="189010" storage="191467"/>
        \t\t<arena name="t2" version="5" partition="arenas" blocksize="8192" start="2899968" stop="2916352" created="0" modified="0" clumps="0" compressedclumps="0" data="0" compresseddata="0" storage="0"/>
        \t</arenas>
        </index>

        """)
  }

  @Test("what is not there is answered as plan9port does, with nothing in it that a browser runs")
  func notFound() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let answer = try test.get("/nosuch?a=b")
    #expect(answer.status == "404")
    #expect(answer["Content-Type"] == "text/html")
    #expect(answer["Content-Length"] == "134")
    #expect(
      answer.body == """
        <head><title>Object not found</title></head>
        <body><h1>Object not found</h1>
        The object /nosuch does not exist on this server.</body>

        """)
    #expect(try test.get("/<script>").body.contains("/&lt;script&gt;"))
  }

  @Test("/roots lists the archives as JSON, with names that need quotes")
  func roots() throws {
    let score = try Score("3c0b679407176f94a4c989dd80016339185bfaa8")
    let root = Root(
      name: Array("a\"\\\n".utf8), type: Array("vac".utf8), score: score, blockSize: 8192)
    let archives = [
      StoreArchive(score: score, time: 1_795_346_391, root: root),
      StoreArchive(score: .none, time: 951_782_400, root: root),
    ]
    let test = try PagesUnderTest(PagesDouble(.sample(), archives: archives))
    defer { test.stop() }
    let answer = try test.get("/roots")
    #expect(answer["Content-Type"] == "application/json")
    #expect(
      answer.body == #"""
        [
          {"score": "vac:3c0b679407176f94a4c989dd80016339185bfaa8", "time": "2026-11-22T11:19:51Z", "name": "a\"\\\u000a"},
          {"score": "vac:0000000000000000000000000000000000000000", "time": "2000-02-29T00:00:00Z", "name": "a\"\\\u000a"}
        ]

        """#)
  }

  @Test("/ leads to pages that are there")
  func front() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let answer = try test.get("/")
    #expect(answer.status == "200")
    let links = answer.body.matches(of: /href="([^"]+)"/).map { String($0.1) }
    #expect(links.count == 7)
    for link in links { #expect(try test.get(link).status == "200", "\(link)") }
  }

  @Test("/healthz says whether the store works")
  func health() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    #expect(try test.get("/healthz").status == "200")
    test.pages.fail("store takes no more writes: disk on fire")
    let answer = try test.get("/healthz")
    #expect(answer.status == "503")
    #expect(answer.body == "store takes no more writes: disk on fire\n")
  }

  @Test("/metrics counts what clients do, and shows what the store holds")
  func metrics() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let client = try ClientDouble(port: test.blocks.port)
    let block = Block(Array("hello world".utf8))
    let address = BlockAddress(block.score, .data, limit: 100)
    _ = try client.call(.read(address))
    _ = try client.call(.write(block, .data))
    _ = try client.call(.sync)
    for _ in 0..<3 { #expect(try client.call(.read(address)) == .block(block)) }

    // A client may have its reply before the server counts the memory of it as free.
    let answer = try test.get("/metrics") { $0.body.contains("venti_client_bytes 0\n") }
    #expect(answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
    let lines = answer.body.split(separator: "\n").map(String.init)
    let expected = [
      "# TYPE venti_calls_total counter", "venti_calls_total{call=\"read\"} 4",
      "venti_calls_total{call=\"write\"} 1", "venti_calls_total{call=\"sync\"} 1",
      "venti_block_bytes_total{call=\"read\"} 33", "venti_block_bytes_total{call=\"write\"} 11",
      "venti_missing_blocks_total 1", "venti_errors_total 0", "venti_connections 1",
      "venti_client_bytes 0",
      "venti_cache_hits_total 2", "venti_cache_misses_total 2", "# TYPE venti_arenas gauge",
      "venti_arenas 3", "venti_arenas_sealed 1", "venti_clumps 174", "venti_used_bytes 1216704",
    ]
    for line in expected { #expect(lines.contains(line), "\(line)") }
    #expect(try test.get("/stats").body.contains("calls_total call=\"read\" = 4\n"))
  }

  @Test("flushing and emptying are answered in plan9port's words, once they are done")
  func actions() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let words = [
      ("/flushicache", "flushed icache"), ("/flushdcache", "flushed dcache"),
      ("/empty", "emptied all caches"), ("/emptyicache", "emptied icache"),
      ("/emptylumpcache", "emptied lumpcache"), ("/emptydcache", "emptied dcache"),
    ]
    for (path, text) in words { #expect(try test.get(path).body == text + "\n") }
    #expect(test.pages.blockFlushes == 1)
    #expect(test.pages.indexFlushes == 1)
    #expect(try test.get("/kickicache").body == "kicked icache\n")
    #expect(try test.get("/kickdcache").body == "kicked dcache\n")
    #expect(test.pages.waitForFlushes(blocks: 2, index: 2))
  }

  @Test("emptying the cache has the store asked again")
  func empty() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    let client = try ClientDouble(port: test.blocks.port)
    let block = Block([1, 2, 3])
    try test.blocks.store.write(block, type: .data)
    let address = BlockAddress(block.score, .data, limit: 100)
    for _ in 0..<2 { _ = try client.call(.read(address)) }
    #expect(test.blocks.store.readCount == 1)
    _ = try test.get("/emptylumpcache")
    #expect(try client.call(.read(address)) == .block(block))
    #expect(test.blocks.store.readCount == 2)
  }

  @Test("/set shows variables, and changes none")
  func variables() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    #expect(try test.get("/set").body.hasPrefix("compress = 1\ndevnull = 0\n"))
    #expect(try test.get("/set?name=stats").body == "stats = 1\n")
    #expect(try test.get("/set?name=x%20y").body == "x y not found\n")
    #expect(try test.get("/set?name=l0quantum&value=0").body == "l0quantum = 0 (was 0)\n")
    #expect(try test.get("/set?name=devnull&value=1").status == "403")
    #expect(try test.get("/set?name=devnull").body == "devnull = 0\n")
  }

  @Test(
    "neither a page of another site nor who comes through a proxy can have anything done",
    arguments: [
      "Origin: http://evil.example\r\n", "Referer: http://evil.example/\r\n",
      "Sec-Fetch-Site: cross-site\r\n", "Host: evil.example:8000\r\n",
      "X-Forwarded-For: 192.0.2.1\r\n", "Via: 1.1 proxy\r\n", "Forwarded: for=192.0.2.1\r\n",
    ])
  func otherSites(headers: String) throws {
    let test = try PagesUnderTest()
    defer { test.stop() }
    for path in ["/flushicache", "/kickdcache", "/empty", "/set?name=stats&value=1"] {
      #expect(try test.get(path, headers: headers).status == "403")
    }
    #expect(try test.get("/index", headers: headers).status == "200")
    #expect(test.pages.indexFlushes == 0)
  }
}
