/// A row of a file: so much of something, at a facility, in a month.
struct ActivityRow: Sendable {
    /// In the file, from 1.
    let line: Int
    let facility: String?
    let product: String?
    let activity: String
    let subActivity: String
    let start: CalendarDate
    let end: CalendarDate
    let quantity: Exact
    let unit: String

    static let columns = [
        "facility_internal_id", "product_key", "activity", "sub_activity", "period_start", "period_end", "quantity",
        "unit",
    ]

    /// Reads a row.
    ///
    /// - Parameter cells: By column. What is empty is not there.
    init?(_ cells: [String: String], line: Int, _ findings: inout [Finding]) {
        let before = findings.count
        func note(_ column: String, _ code: Finding.Code, _ message: String) {
            findings.append(Finding(field: column, code: code, message: message, line: line))
        }
        func text(_ column: String) -> String? {
            guard let text = cells[column], !text.isEmpty else {
                note(column, .required, "it is missing")
                return nil
            }
            return text
        }
        func date(_ column: String) -> CalendarDate? {
            guard let text = text(column) else { return nil }
            guard let date = CalendarDate(text) else {
                note(column, .invalid, "a date such as 2025-01-31 is expected")
                return nil
            }
            return date
        }
        let (activity, unit) = (text("activity"), text("unit"))
        let (start, end) = (date("period_start"), date("period_end"))
        var quantity: Exact?
        if let text = text("quantity") {
            quantity = Exact(text)
            if quantity == nil {
                note("quantity", .invalid, "a number such as 1234.5 is expected")
            } else if quantity?.isNegative == true {
                note("quantity", .outOfRange, "it is less than nothing")
            }
        }
        if let start, let end {
            if end < start {
                note("period_end", .outOfRange, "it is before period_start")
            } else if (end.year, end.month) != (start.year, start.month) {
                note("period_end", .outOfRange, "a row is of one month")
            }
        }
        guard findings.count == before, let activity, let unit, let start, let end, let quantity else { return nil }
        self.line = line
        facility = cells["facility_internal_id"].flatMap { $0.isEmpty ? nil : $0 }
        product = cells["product_key"].flatMap { $0.isEmpty ? nil : $0 }
        self.activity = activity
        subActivity = cells["sub_activity"] ?? ""
        self.start = start
        self.end = end
        self.quantity = quantity
        self.unit = unit
    }
}
