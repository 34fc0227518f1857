import GRDB
import GRDBSQLite
import Persistence

extension StoreError {
    /// What the last call on `statement` failed with. The text names tables and columns, never values.
    init(_ code: Int32, in statement: OpaquePointer) {
        let connection = sqlite3_db_handle(statement)
        self.init(
            ResultCode(rawValue: sqlite3_extended_errcode(connection)), String(cString: sqlite3_errmsg(connection)))
    }

    /// Maps what GRDB throws. What is a ``StoreError`` already stays as it is.
    init(mapping error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error.extendedResultCode, error.message ?? "no message")
        default: self = .engine("\(error)")
        }
    }

    private init(_ code: ResultCode, _ message: String) {
        self =
            switch code {
            case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
                .constraint(.unique)
            case .SQLITE_CONSTRAINT_FOREIGNKEY: .constraint(.foreignKey)
            case .SQLITE_CONSTRAINT_CHECK: .constraint(.check)
            case .SQLITE_CONSTRAINT_NOTNULL: .constraint(.notNull)
            case .SQLITE_FULL: .unwritable(.full, message)
            // How the system says that a quota is used up, or that the file may not grow.
            case .SQLITE_IOERR_WRITE, .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC, .SQLITE_IOERR_TRUNCATE,
                .SQLITE_IOERR_SHMSIZE:
                .unwritable(.device, "SQLite error \(code.rawValue): \(message)")
            case let code where code.primaryResultCode == .SQLITE_READONLY: .unwritable(.readOnly, message)
            default: .engine("SQLite error \(code.rawValue): \(message)")
            }
    }
}
