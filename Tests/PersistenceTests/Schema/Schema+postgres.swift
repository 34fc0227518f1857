import Persistence

extension Schema {
    /// The schema of a PostgreSQL database.
    init(postgres tx: borrowing Transaction) throws {
        let columns = try tx.all(
            """
            SELECT t.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)::text, c.collname::text,
            CASE WHEN a.attnotnull THEN 1 ELSE 0 END::bigint, pg_get_expr(d.adbin, d.adrelid)::text
            FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid
            LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum
            LEFT JOIN pg_collation c ON c.oid = a.attcollation
            WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND t.relname <> 'schema_migration'
            AND a.attnum > 0 AND NOT a.attisdropped ORDER BY t.relname, a.attnum
            """
        ) { row in
            let collation = row.isNull(3) ? nil : try row.text(3)
            let column = Column(
                name: try row.text(1), kind: Self.kind(ofPostgres: try row.text(2), collation),
                isNullable: try row.integer(4) == 0, standard: Self.plain(row.isNull(5) ? nil : try row.text(5)))
            return (table: try row.text(0), column: column)
        }
        for entry in columns { tables[entry.table, default: Table()].columns.append(entry.column) }
        try addIndexes(tx)
        try addForeignKeys(tx)
    }

    private mutating func addIndexes(_ tx: borrowing Transaction) throws {
        let indexes = try tx.all(
            """
            SELECT t.relname::text, i.relname::text, CASE WHEN x.indisunique THEN 1 ELSE 0 END::bigint,
            CASE WHEN x.indisprimary THEN 1 ELSE 0 END::bigint, pg_get_expr(x.indpred, x.indrelid)::text,
            (SELECT string_agg(a.attname, ' ' ORDER BY k.place) FROM unnest(x.indkey) WITH ORDINALITY k (number, place)
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number)::text
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
            WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> 'schema_migration'
            """
        ) { row in
            let predicate = row.isNull(4) ? nil : try row.text(4)
            let index = Index(
                name: try row.text(1), isUnique: try row.bool(2),
                columns: try row.text(5).split(separator: " ").map(String.init), predicate: Self.plain(predicate))
            return (table: try row.text(0), index: index, isPrimary: try row.bool(3))
        }
        for (table, index, isPrimary) in indexes {
            if isPrimary {
                tables[table, default: Table()].primaryKey = index.columns
            } else {
                tables[table, default: Table()].indexes.insert(index)
            }
        }
    }

    private mutating func addForeignKeys(_ tx: borrowing Transaction) throws {
        let keys = try tx.all(
            """
            SELECT t.relname::text, a.attname::text, f.relname::text, b.attname::text, c.confdeltype::text
            FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
            JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (c.conkey)
            JOIN pg_attribute b ON b.attrelid = f.oid AND b.attnum = ANY (c.confkey)
            WHERE c.contype = 'f' AND t.relnamespace = 'public'::regnamespace
            """
        ) { row in
            let deletion = try row.text(4)
            let key = ForeignKey(
                column: try row.text(1), table: try row.text(2), target: try row.text(3),
                onDelete: ["a": "NO ACTION", "c": "CASCADE"][deletion] ?? deletion)
            return (table: try row.text(0), key: key)
        }
        for (table, key) in keys { tables[table, default: Table()].foreignKeys.insert(key) }
    }

    private static func kind(ofPostgres type: String, _ collation: String?) -> String {
        switch (type, collation) {
        case ("bigint", nil): "integer"
        case ("text", "C"): "text"
        case ("bytea", nil): "bytes"
        default: "\(type) \(collation ?? "")"
        }
    }
}
