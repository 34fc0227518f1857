/// What `$filter` of the second PACT wants of a footprint. It has no `or` there: of several, all must hold.
enum FootprintComparison: Sendable {
    enum Relation: String, Sendable {
        case equal = "eq"
        case less = "lt"
        case atMost = "le"
        case greater = "gt"
        case atLeast = "ge"

        /// The relation of whole numbers that holds where this one does with a number that lies behind the whole one, and before the next;
        /// nil for none.
        fileprivate var ofWhole: Relation? {
            switch self {
            case .equal: nil
            case .less, .atMost: .atMost
            case .greater, .atLeast: .greater
            }
        }
    }

    case created(Relation, Timestamp)
    /// The end of its reference period.
    case ended(Relation, Timestamp)
    /// One of its terms of that kind, in lower case.
    case term(Footprint.Term, Relation, String)
    /// No footprint is so.
    case never

    /// - Parameter isExact: Whether the moment is not behind the second that it has.
    static func madeThen(_ relation: Relation, _ moment: Timestamp, isExact: Bool) -> FootprintComparison {
        guard let relation = isExact ? relation : relation.ofWhole else { return .never }
        return .created(relation, moment)
    }

    /// Every reference period ends with a second.
    static func endedThen(_ relation: Relation, _ moment: Timestamp, isExact: Bool) -> FootprintComparison {
        guard let relation = isExact ? relation : relation.ofWhole else { return .never }
        return .ended(relation, moment)
    }

    /// Every reference period is a year, of which the end is kept.
    static func beganThen(_ relation: Relation, _ moment: Timestamp, isExact: Bool) -> FootprintComparison {
        let year = moment.date.year
        guard let start = CalendarDate(year: year, month: 1, day: 1),
            let relation =
                isExact && moment == Timestamp(seconds: start.days * 86_400) ? relation : relation.ofWhole
        else { return .never }
        // No period begins as late as the last day that there is.
        guard let end = CalendarDate(year: year + 1, month: 1, day: 1) ?? CalendarDate(year: year, month: 12, day: 31)
        else { return .never }
        return .ended(relation, Timestamp(seconds: end.days * 86_400))
    }
}
