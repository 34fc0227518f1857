extension FootprintFilter {
    /// An empty value is as none. What no footprint can have leaves an empty list.
    ///
    /// - Parameter values: Tells those of a name, of which there may be so many.
    /// - Throws: ``Refusal`` with status 400 for a time that is none.
    init(reading values: (_ name: String, _ most: Int) throws -> [String]) throws {
        for term in Footprint.Term.allCases {
            terms[term] = try values(term.rawValue, 100).map { $0.lowercased() }
        }
        statuses = try values("status", 100).map { $0.lowercased() }
        func times(_ name: String) throws -> [Timestamp] {
            try values(name, 10).map { text in
                // The plus of an offset that was not escaped has become a blank.
                let whole = text.replacing(" ", with: "+")
                guard let time = Timestamp(whole) ?? CalendarDate(whole).map({ Timestamp(seconds: $0.days * 86_400) })
                else { throw Refusal.invalid(name, .invalid, "a date and time is expected", status: 400) }
                return time
            }
        }
        validOn = try times("validOn")
        validAfter = try times("validAfter")
        validBefore = try times("validBefore")
    }
}
