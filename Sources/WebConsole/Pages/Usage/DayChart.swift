import Credentials
import Model
import Templating

/// Calls a day as a picture of bars, as high as the largest, those that were refused hatched on top; and the same as numbers.
struct DayChart: Hashable, Sendable {
    /// In the units of a picture of 720 by 160.
    struct Bar: Hashable, Sendable {
        let x: Int
        let y: Int
        let width: Int
        let height: Int
    }

    /// One day in numbers.
    struct Day: Hashable, Sendable {
        let day: String
        let calls: String
        let refused: String
    }

    private static let (width, height) = (720, 160)
    /// The most days that are drawn: a bar has 2 units, and 1 is between two.
    static let mostDays = 240

    /// What it shows, for who does not see it.
    let drawn: String
    /// What the height is.
    let most: String
    let first: String
    let last: String
    let bars: [Bar]
    let refusedBars: [Bar]
    /// Newest first.
    let days: [Day]

    /// Nil where there was no call.
    ///
    /// - Parameter report: By the day, and told apart by nothing else.
    init?(_ report: UsageReport) {
        guard report.calls > 0, report.unit == .day else { return nil }
        let rows = Dictionary(report.rows.compactMap { row in row.at.map { ($0, row) } }) { first, _ in first }
        let step = Int(UsageSpan.day.milliseconds / 1000)
        var all: [(at: Instant, calls: Int, refused: Int)] = []
        var at = report.from
        while at < report.until, all.count < Self.mostDays {
            all.append((at, rows[at]?.calls ?? 0, rows[at]?.refused ?? 0))
            at = at.adding(seconds: step)
        }
        let largest = max(1, all.map(\.calls).max() ?? 1)
        let place = Self.width / max(1, all.count)
        var (bars, refusedBars): ([Bar], [Bar]) = ([], [])
        for (index, day) in all.enumerated() {
            let whole = Self.rise(of: day.calls, among: largest)
            let refused = min(whole, Self.rise(of: day.refused, among: largest))
            let (x, width) = (index * place, max(2, place - max(1, place / 5)))
            if whole > refused {
                bars.append(Bar(x: x, y: Self.height - whole + refused, width: width, height: whole - refused))
            }
            if refused > 0 { refusedBars.append(Bar(x: x, y: Self.height - whole, width: width, height: refused)) }
        }
        self.bars = bars
        self.refusedBars = refusedBars
        first = DateWords.day(report.from)
        last = DateWords.day(all.last?.at ?? report.from)
        most = "At most \(Numbers.counted(largest, "call")) a day"
        let total = "\(Numbers.words(report.calls)) in all, \(Numbers.words(report.refused)) refused"
        drawn = "Calls a day from \(first) to \(last): \(total)"
        days = all.reversed().map { day in
            Day(
                day: DateWords.day(day.at), calls: Numbers.words(day.calls), refused: Numbers.words(day.refused))
        }
    }

    /// A day with one call among millions is still seen.
    private static func rise(of count: Int, among largest: Int) -> Int {
        count <= 0 ? 0 : max(1, Int((Double(count) / Double(largest) * Double(height)).rounded()))
    }
}

extension DayChart.Bar: TemplateReadable {
    static let templateNames: TemplateNames = ["x", "y", "width", "height"]
    var templateValues: [TemplateValue] { [.of(x), .of(y), .of(width), .of(height)] }
}

extension DayChart.Day: TemplateReadable {
    static let templateNames: TemplateNames = ["day", "calls", "refused"]
    var templateValues: [TemplateValue] { [.of(day), .of(calls), .of(refused)] }
}
