/// Counts as people read them.
enum Numbers {
    /// `1,204`
    static func words(_ number: Int) -> String {
        var groups: [String] = []
        var digits = Substring(String(number.magnitude))
        while digits.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits = digits.dropLast(3)
        }
        return (number < 0 ? "-" : "") + ([String(digits)] + groups).joined(separator: ",")
    }

    /// `1 call`, `1,204 calls`
    static func counted(_ number: Int, _ unit: String) -> String { "\(words(number)) \(unit)\(number == 1 ? "" : "s")" }
}
