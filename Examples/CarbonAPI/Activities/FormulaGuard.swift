/// Keeps spreadsheets from running what others wrote into a cell.
enum FormulaGuard {
    /// What a formula begins with, in one spreadsheet or another, also in full width.
    private static let marks: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]

    /// Whether a text would be taken for a formula. Its first scalar says so, not its first character: with something invisible behind,
    /// the sign would be another character.
    static func isFormula(_ text: some StringProtocol) -> Bool {
        text.unicodeScalars.first.map { marks.contains($0) } ?? false
    }

    /// The text, with an apostrophe before it where it would be taken for a formula. Our own import takes that off again.
    static func guarded(_ text: String) -> String { isFormula(text) ? "'" + text : text }
}
