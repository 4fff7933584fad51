import TestSupport
import Testing
import VentiServer

/// `/metrics`, read as strictly as any scraper might.
@Suite(.timeLimit(.minutes(1)))
struct MetricsTests {
  @Test("what Prometheus scrapes is its text format, to the letter")
  func metrics() throws {
    let test = try PagesUnderTest()
    defer { test.stop() }

    let answer = try test.get("/metrics")
    let text = try PrometheusText(parsing: answer.body)

    #expect(answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(text.values.count > 20)
    #expect(text.values.keys.allSatisfy { $0.name.hasPrefix("venti_") })
    #expect(text.values[.init(name: "venti_arenas", labels: [:])] == 3)
    #expect(text.values[.init(name: "venti_calls_total", labels: ["call": "read"])] == 0)
  }

  /// What is wrong with a text, and the line of it.
  @Test(
    "the reader of this test sees what is wrong",
    arguments: [
      ("# HELP a b\n# TYPE a gauge\na 1", 0),
      ("a 1\n", 1),
      ("# HELP a b\na 1\n", 2),
      ("# TYPE a gauge\na 1\n", 2),
      ("# HELP a b\n# TYPE a gauge\na 1\na 2\n", 4),
      ("# HELP a b\n# TYPE a gauge\na{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n", 4),
      ("# HELP a b\n# TYPE a gauge\n# TYPE a gauge\na 1\n", 3),
      ("# HELP a b\n# TYPE a gauge\na 1\n# HELP a c\n", 4),
      ("# HELP a b\n# TYPE a gauge\na 1\n# HELP c d\n# TYPE c gauge\nc 1\na{x=\"\"} 2\n", 7),
      ("# HELP a b\n# TYPE a gauge\n", 2),
      ("# HELP a b\n# TYPE a thing\na 1\n", 2),
      ("# HELP a b\n# TYPE a counter\na 1\n", 2),
      ("# HELP a_total b\n# TYPE a_total counter\na_total -1\n", 3),
      ("# HELP a \\b\n# TYPE a gauge\na 1\n", 1),
      ("# HELP a b\n# TYPE a gauge\na{x=\"\\y\"} 1\n", 3),
      ("# HELP a b\n# TYPE a gauge\na{x=\"y} 1\n", 3),
      ("# HELP a b\n# TYPE a gauge\na{__x=\"y\"} 1\n", 3),
      ("# HELP a b\n# TYPE a gauge\na{x=\"y\",x=\"z\"} 1\n", 3),
      ("# HELP a b\n# TYPE a gauge\na one\n", 3),
      ("# HELP a b\n# TYPE a gauge\na 1 \n", 3),
      ("# HELP a b\n# TYPE a gauge\n\na 1\n", 3),
      ("# HELP 1 b\n", 1),
    ])
  func faults(text: String, line: Int) {
    let fault = #expect(throws: PrometheusText.Fault.self) { try PrometheusText(parsing: text) }
    #expect(fault?.line == line)
  }

  @Test("escapes and labels are understood")
  func labels() throws {
    let text = try PrometheusText(
      parsing: "# HELP a b\\\\c\\n\n# TYPE a gauge\na{x=\"\\\\ \\\" \\n\",y=\"\"} -1.5\n")
    #expect(text.help["a"] == "b\\c\n")
    #expect(text.values[.init(name: "a", labels: ["x": "\\ \" \n", "y": ""])] == -1.5)
  }
}
