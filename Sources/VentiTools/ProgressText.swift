/// The text of a line of progress.
package struct ProgressText: Sendable, Equatable {
  /// What is counted.
  package enum Unit: Sendable, Equatable {
    /// Bytes, shown as KiB and so on.
    case bytes
    /// Things of some name, in the plural.
    case things(String)
  }

  private static let barWidth = 20

  /// What is done.
  package var label: String
  /// What is counted.
  package var unit: Unit
  /// How much is done.
  package var done: Int
  /// How much there is; nil when that is not known.
  package var total: Int?
  /// Seconds since the start.
  package var seconds: Double

  /// Describes progress.
  package init(label: String, unit: Unit, done: Int, total: Int?, seconds: Double) {
    self.label = label
    self.unit = unit
    self.done = done
    self.total = total
    self.seconds = seconds
  }

  /// The line.
  package var line: String {
    var parts = [label]
    if let total, total > 0 {
      let share = min(1, Double(done) / Double(total))
      let filled = Int(share * Double(Self.barWidth))
      parts.append(
        "[" + String(repeating: "#", count: filled)
          + String(repeating: "-", count: Self.barWidth - filled) + "]")
      parts.append("\(Int(share * 100))%")
      parts.append("\(amount(done)) of \(amount(total))")
    } else {
      parts.append(amount(done))
    }
    if let rate { parts.append("\(amount(Int(rate)))/s") }
    if let left { parts.append("\(left) left") }
    return parts.joined(separator: " ")
  }

  private var rate: Double? { seconds > 0.5 ? Double(done) / seconds : nil }

  private var left: String? {
    guard let total, let rate, rate > 0, done < total else { return nil }
    let seconds = Int(Double(total - done) / rate)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }

  private func amount(_ count: Int) -> String {
    switch unit {
    case .bytes: Text.size(count)
    case .things(let name): "\(Text.grouped(count)) \(name)"
    }
  }
}
