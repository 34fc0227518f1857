package import CredentialFormat
package import Model

/// A row that a statement answered with, read column by column in the order of the statement. Every reader checks what
/// it finds: a value of another kind throws ``StoreError/unreadable(_:)``, never traps.
package struct StoredRow: Sendable {
    private let values: [StoredValue]
    /// Where column 0 is.
    private let start: Int

    package init(_ values: [StoredValue]) {
        self.init(values, from: 0)
    }

    private init(_ values: [StoredValue], from start: Int) {
        self.values = values
        self.start = start
    }

    /// The value of a column, NULL where there is no such column.
    package subscript(column: Int) -> StoredValue {
        values.indices.contains(start + column) ? values[start + column] : .null
    }

    /// The same row, read from `column` on: for what is joined to something else.
    package func from(_ column: Int) -> StoredRow {
        StoredRow(values, from: start + column)
    }

    package func isNull(_ column: Int) -> Bool {
        self[column] == .null
    }

    package func integer(_ column: Int) throws(StoreError) -> Int64 {
        guard case .integer(let value) = self[column] else { throw unreadable(column, "integer") }
        return value
    }

    package func text(_ column: Int) throws(StoreError) -> String {
        guard case .text(let value) = self[column] else { throw unreadable(column, "text") }
        return value
    }

    package func bytes(_ column: Int) throws(StoreError) -> [UInt8] {
        guard case .bytes(let value) = self[column] else { throw unreadable(column, "bytes") }
        return value
    }

    package func bool(_ column: Int) throws(StoreError) -> Bool {
        try integer(column) != 0
    }

    package func instant(_ column: Int) throws(StoreError) -> Instant {
        Instant(milliseconds: try integer(column))
    }

    package func id<E: Entity>(_ column: Int, of: E.Type = E.self) throws(StoreError) -> ID<E> {
        let bytes = try bytes(column)
        guard bytes.count == 16 else { throw unreadable(column, "identifier") }
        return ID(value: bytes.withUnsafeBytes { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
    }

    /// The value that `read` makes of a column, nil for NULL.
    package func optional<T>(_ column: Int, _ read: (StoredRow, Int) throws(StoreError) -> T) throws(StoreError) -> T? {
        isNull(column) ? nil : try read(self, column)
    }

    /// The value that `parse` makes of a column's text.
    package func parsed<T>(_ column: Int, _ parse: (String) -> T?) throws(StoreError) -> T {
        guard let value = parse(try text(column)) else { throw unreadable(column, "\(T.self)") }
        return value
    }

    private func unreadable(_ column: Int, _ wanted: String) -> StoreError {
        .unreadable("column \(column): no \(wanted)")
    }
}
