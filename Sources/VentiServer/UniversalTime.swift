/// A moment in universal time, as calendars and clocks show it.
struct UniversalTime {
  private let secondsOfDay: Int
  private let weekday: Int
  private let year: Int
  private let month: Int
  private let day: Int

  /// - Parameter seconds: since 1970 began.
  init(seconds: UInt32) {
    secondsOfDay = Int(seconds) % 86_400
    let days = Int(seconds) / 86_400
    // 1 January 1970 was a Thursday.
    weekday = (days + 4) % 7
    // Years that begin in March end with their leap day; 400 of them always have as many days.
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = (monthFromMarch + 2) % 12 + 1
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// As headers of HTTP have it: `Sun, 22 Nov 2026 11:19:51 GMT`.
  var http: String {
    let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    return "\(weekdays[weekday]), \(Self.pad(day)) \(months[month - 1]) \(year) \(clock) GMT"
  }

  /// As ISO 8601 has it: `2026-11-22T11:19:51Z`.
  var iso: String { "\(year)-\(Self.pad(month))-\(Self.pad(day))T\(clock)Z" }

  private var clock: String {
    let parts = [secondsOfDay / 3600, secondsOfDay / 60 % 60, secondsOfDay % 60]
    return parts.map(Self.pad).joined(separator: ":")
  }

  private static func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
