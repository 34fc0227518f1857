/// Rows for a terminal with their columns aligned.
enum AlignedRows {
    /// - Parameter rows: Of as many cells each. The last one of a row takes what room it needs.
    static func text(_ rows: [[String]]) -> String {
        let columns = max(0, (rows.map(\.count).max() ?? 0) - 1)
        let widths = (0..<columns).map { column in
            rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                column < widths.count ? cell + String(repeating: " ", count: widths[column] - cell.count) : cell
            }
            return "  " + cells.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
