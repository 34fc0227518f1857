import CLibPQ
import Glibc
import Persistence

/// What the server answered to one statement. Values are in binary form.
struct ServerResult: ~Copyable {
    private let handle: OpaquePointer

    /// Takes a result over, which ends with this value.
    init(_ handle: OpaquePointer) {
        self.handle = handle
    }

    deinit {
        PQclear(handle)
    }

    private var status: ExecStatusType { PQresultStatus(handle) }

    /// Whether it is the end of a stretch of the pipeline.
    var isSync: Bool { status == PGRES_PIPELINE_SYNC }

    /// Whether the statement was skipped because one before it failed.
    var isSkipped: Bool { status == PGRES_PIPELINE_ABORTED }

    /// What went wrong, if something did.
    var error: StoreError? {
        guard status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE else { return nil }
        return StoreError(state: field("C"), message: field("M"))
    }

    /// Hands each row to `row`.
    ///
    /// - Returns: How many rows the statement changed.
    func read(_ row: (StoredRow) throws -> Void) throws -> Int {
        let columns = PQnfields(handle)
        for number in 0..<PQntuples(handle) {
            var values: [StoredValue] = []
            values.reserveCapacity(Int(columns))
            for column in 0..<columns { values.append(try value(number, column)) }
            try row(StoredRow(values))
        }
        return changedRows
    }

    /// How many rows the statement changed.
    var changedRows: Int {
        guard let status = PQcmdStatus(handle), strncmp(status, "SELECT", 6) != 0, let rows = PQcmdTuples(handle) else {
            return 0
        }
        return atol(rows)
    }

    private func value(_ row: Int32, _ column: Int32) throws(StoreError) -> StoredValue {
        guard PQgetisnull(handle, row, column) == 0 else { return .null }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(handle, row, column), count: Int(PQgetlength(handle, row, column)))
        switch PQftype(handle, column) {
        case ServerType.bigint, ServerType.integer, ServerType.smallint, ServerType.boolean:
            // Two's complement, most significant byte first, in 1 to 8 bytes.
            let isNegative = bytes.first.map { $0 & 0x80 != 0 } ?? false
            return .integer(bytes.reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) })
        case ServerType.text, ServerType.varchar, ServerType.name:
            return .text(String(decoding: bytes, as: UTF8.self))
        case ServerType.bytes:
            return .bytes(Array(bytes))
        case ServerType.void:
            return .null
        case let type:
            throw .unreadable("column \(column): a value of PostgreSQL's type \(type)")
        }
    }

    private func field(_ code: Unicode.Scalar) -> String {
        PQresultErrorField(handle, Int32(code.value)).map { String(cString: $0) } ?? ""
    }
}

/// The numbers of types, fixed in PostgreSQL's catalogue (pg_type.dat).
enum ServerType {
    static let boolean: Oid = 16
    static let bytes: Oid = 17
    static let name: Oid = 19
    static let bigint: Oid = 20
    static let smallint: Oid = 21
    static let integer: Oid = 23
    static let text: Oid = 25
    static let varchar: Oid = 1043
    static let void: Oid = 2278
    /// The server finds out by itself.
    static let unspecified: Oid = 0
}
