/// Keeps spreadsheets from running what others wrote into a cell.
enum FormulaGuard {
    /// What a formula begins with, in one spreadsheet or another.
    static let marks: Set<Character> = ["=", "+", "-", "@", "\t", "\r"]

    /// The text, with an apostrophe before it where it would be taken for a formula. Our own import takes that off again.
    static func guarded(_ text: String) -> String {
        guard let first = text.first, marks.contains(first) || first == "\r\n" else { return text }
        return "'" + text
    }
}
