/// What a statement does, in two words: all that a trace is told of it.
struct StatementName: Hashable {
    /// Such as `SELECT`.
    let operation: String
    /// The first that it names, nil where it begins with something else.
    let table: String?

    init(_ text: String) {
        // What names a table stands far in front.
        let words = text.prefix(2000).split { $0 == " " || $0 == "\n" || $0 == "\t" }
        operation = words.first.map { String($0.prefix(16)) } ?? "-"
        let place: Int? =
            switch operation {
            case "SELECT", "DELETE": words.firstIndex(of: "FROM").map { $0 + 1 }
            case "INSERT": words.firstIndex(of: "INTO").map { $0 + 1 }
            case "UPDATE": 1
            case _: nil
            }
        let word = place.flatMap { $0 < words.count ? words[$0] : nil } ?? ""
        let name = word.prefix { $0 == "_" || ("a"..."z").contains($0) }
        table = name.isEmpty ? nil : String(name)
    }
}
