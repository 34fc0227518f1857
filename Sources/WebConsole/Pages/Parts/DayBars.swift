import Templating

/// Counts of days as a small picture of bars, as high as the largest; the words say it to who does not see it.
struct DayBars: Hashable, Sendable {
    /// In the units of a picture of 96 by 20.
    struct Bar: Hashable, Sendable {
        let x: Int
        let y: Int
        let height: Int
    }

    static let mostDays = 30

    let words: String
    let bars: [Bar]

    /// - Parameters:
    ///   - counts: Oldest first; the last 30 are drawn.
    ///   - words: Such as `Calls a day in 30 days, 1,204 in all`.
    init(_ counts: [Int], words: String) {
        let counts = counts.suffix(Self.mostDays).map { max(0, $0) }
        let most = Double(max(1, counts.max() ?? 1))
        self.words = words
        bars = counts.enumerated().map { index, count in
            // A day with one call among millions is still seen.
            let height = count == 0 ? 0 : max(1, Int((Double(count) / most * 20).rounded()))
            return Bar(x: 96 - (counts.count - index) * 3, y: 20 - height, height: height)
        }
    }
}

extension DayBars: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "bars"]
    var templateValues: [TemplateValue] { [.of(words), .of(bars)] }
}

extension DayBars.Bar: TemplateReadable {
    static let templateNames: TemplateNames = ["x", "y", "height"]
    var templateValues: [TemplateValue] { [.of(x), .of(y), .of(height)] }
}
