import Persistence

extension Schema {
    /// The schema of a SQLite database.
    init(sqlite tx: borrowing Transaction) throws {
        let names = try tx.all(
            """
            SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration'
            """
        ) { try $0.text(0) }
        for name in names {
            var table = Table()
            table.columns = try tx.all(
                "SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info(\(name)) ORDER BY cid"
            ) { row in
                Column(
                    name: try row.text(0), kind: Self.kind(ofSQLite: try row.text(1)),
                    isNullable: try row.integer(2) == 0, standard: Self.plain(row.isNull(3) ? nil : try row.text(3)))
            }
            table.primaryKey = try tx.all("SELECT name FROM pragma_table_info(\(name)) WHERE pk > 0 ORDER BY pk") {
                try $0.text(0)
            }
            table.foreignKeys = Set(
                try tx.all("SELECT \"from\", \"table\", \"to\", on_delete FROM pragma_foreign_key_list(\(name))") {
                    row in
                    ForeignKey(
                        column: try row.text(0), table: try row.text(1), target: try row.text(2),
                        onDelete: try row.text(3))
                })
            let indexes = try tx.all("SELECT name, \"unique\" FROM pragma_index_list(\(name)) WHERE origin <> 'pk'") {
                (try $0.text(0), try $0.bool(1))
            }
            for (index, isUnique) in indexes {
                let columns = try tx.all("SELECT name FROM pragma_index_info(\(index)) ORDER BY seqno") {
                    try $0.text(0)
                }
                let text = try tx.first("SELECT sql FROM sqlite_schema WHERE name = \(index)") { try $0.text(0) } ?? ""
                let predicate = text.text(behind: " WHERE ")
                table.indexes.insert(
                    Index(name: index, isUnique: isUnique, columns: columns, predicate: Self.plain(predicate)))
            }
            tables[name] = table
        }
    }

    private static func kind(ofSQLite type: String) -> String {
        switch type {
        case "INTEGER": "integer"
        case "TEXT": "text"
        case "BLOB": "bytes"
        default: type
        }
    }
}

extension String {
    /// What follows a word, nil where it is not.
    fileprivate func text(behind word: String) -> String? {
        firstRange(of: word).map { String(self[$0.upperBound...]) }
    }
}
