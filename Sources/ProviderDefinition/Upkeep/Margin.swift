/// A time before an end.
package enum Margin: Sendable, Equatable {
    case seconds(Int)
    /// Of the whole life, 1 to 90.
    case percent(Int)

    /// In seconds, of something that lives so many.
    package func seconds(of lifetime: Int) -> Int {
        switch self {
        case .seconds(let seconds): min(seconds, max(0, lifetime / 2))
        case .percent(let percent): Int((Double(lifetime) * Double(percent) / 100).rounded())
        }
    }
}
