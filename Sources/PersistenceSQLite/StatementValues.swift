import GRDB
import GRDBSQLite
import Persistence

/// Tells SQLite to copy what it is given.
private var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

extension SQLiteConnection {
    /// Binds the values of `$1` to `$n`, in their order.
    func bind(_ values: [StoredValue], to statement: OpaquePointer) throws(StoreError) {
        guard Int(sqlite3_bind_parameter_count(statement)) == values.count else {
            throw .engine("a statement has \(values.count) values for other than \(values.count) parameters")
        }
        for (index, value) in zip(Int32(1)..., values) {
            if case .text(let text) = value, text.utf8.contains(0) {
                throw .engine("a text with a NUL, which PostgreSQL could not hold")
            }
            let code = bind(value, at: index, to: statement)
            guard code == SQLITE_OK else { throw StoreError(code, in: statement) }
        }
    }

    private func bind(_ value: StoredValue, at index: Int32, to statement: OpaquePointer) -> Int32 {
        switch value {
        case .null:
            return sqlite3_bind_null(statement, index)
        case .integer(let number):
            return sqlite3_bind_int64(statement, index, number)
        case .text(var text):
            return text.withUTF8 { utf8 in
                utf8.withMemoryRebound(to: CChar.self) { characters in
                    guard let start = characters.baseAddress else {
                        return sqlite3_bind_text(statement, index, "", 0, copied)
                    }
                    let length = UInt64(characters.count)
                    return sqlite3_bind_text64(statement, index, start, length, copied, UInt8(SQLITE_UTF8))
                }
            }
        case .bytes(let bytes):
            guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
            return sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), copied)
        }
    }

    /// The values of the row that the statement stands on.
    func values(of statement: OpaquePointer) throws(StoreError) -> [StoredValue] {
        let count = sqlite3_column_count(statement)
        var values: [StoredValue] = []
        values.reserveCapacity(Int(count))
        for column in 0..<count {
            values.append(try value(of: statement, column: column))
        }
        return values
    }

    private func value(of statement: OpaquePointer, column: Int32) throws(StoreError) -> StoredValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_NULL:
            return .null
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_TEXT:
            let start = sqlite3_column_text(statement, column)
            let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
            return .text(String(decoding: bytes, as: UTF8.self))
        case SQLITE_BLOB:
            let start = sqlite3_column_blob(statement, column)
            return .bytes(
                Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))))
        default:
            throw .unreadable("column \(column): a floating-point number")
        }
    }
}
