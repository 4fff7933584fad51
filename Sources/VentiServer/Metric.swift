/// A number that a server tells about itself, for Prometheus and for people.
struct Metric {
  enum Kind: String {
    /// It only grows.
    case counter
    /// It goes up and down.
    case gauge
  }

  /// One value; `labels` is empty, or as `call="read"`.
  struct Sample {
    var labels = ""
    let value: Int
  }

  /// Without the `venti_` that all begin with.
  let name: String
  let kind: Kind
  /// What it counts.
  let help: String
  let samples: [Sample]

  init(_ name: String, _ kind: Kind, _ help: String, _ samples: [Sample]) {
    self.name = name
    self.kind = kind
    self.help = help
    self.samples = samples
  }

  init(_ name: String, _ kind: Kind, _ help: String, _ value: Int) {
    self.init(name, kind, help, [Sample(value: value)])
  }

  /// The text format of Prometheus.
  var exposition: String {
    "# HELP venti_\(name) \(help)\n# TYPE venti_\(name) \(kind.rawValue)\n"
      + samples.map { sample in
        let labels = sample.labels.isEmpty ? "" : "{\(sample.labels)}"
        return "venti_\(name)\(labels) \(sample.value)\n"
      }.joined()
  }

  /// A line a value, for people.
  var lines: String {
    samples.map { sample in
      let labels = sample.labels.isEmpty ? "" : " \(sample.labels)"
      return "\(name)\(labels) = \(sample.value)\n"
    }.joined()
  }
}
