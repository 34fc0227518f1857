import CLibPQ

/// One connection to a PostgreSQL server, through libpq.
// It is used by one transaction at a time, which the pool sees to.
final class PostgresLine: @unchecked Sendable {
    private let handle: OpaquePointer

    /// Connects.
    ///
    /// - Parameter role: Who it becomes, nil for who signed in.
    init(_ address: String, role: String?) throws {
        guard let handle = PQconnectdb(address) else { throw StoreFailure.unavailable("no memory for a connection") }
        guard PQstatus(handle) == CONNECTION_OK else {
            defer { PQfinish(handle) }
            throw StoreFailure.unavailable(String(cString: PQerrorMessage(handle)))
        }
        // What the server remarks is not for our standard error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        self.handle = handle
        try execute("SET statement_timeout = '60s'")
        if let role { try execute("SET ROLE \(role)") }
    }

    deinit {
        PQfinish(handle)
    }

    /// Whether it can be used for another transaction.
    var isSound: Bool { PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE }

    /// Runs statements without values.
    func execute(_ script: String) throws {
        let result = PQexec(handle, script)
        defer { PQclear(result) }
        try check(result)
    }

    /// Runs a statement.
    ///
    /// - Returns: Its rows, and how many it changed.
    func run(_ statement: SQLText) throws -> (rows: [StoredRow], changed: Int) {
        var texts: [String?] = []
        var types: [Oid] = []
        for value in statement.values {
            switch value {
            case .null:
                texts.append(nil)
                types.append(0)
            case .integer(let number):
                texts.append(String(number))
                types.append(Self.bigint)
            case .text(let text):
                guard !text.utf8.contains(0) else { throw StoreFailure.engine("a text with a NUL") }
                texts.append(text)
                types.append(Self.text)
            }
        }
        let result = Self.withPointers(to: texts) { pointers in
            PQexecParams(
                handle, statement.text { "$\($0)" }, Int32(texts.count), types, pointers, nil, nil, 0)
        }
        defer { PQclear(result) }
        try check(result)
        return (try Self.rows(of: result), Int(String(cString: PQcmdTuples(result))) ?? 0)
    }

    /// Gives `body` the texts as C strings, which end with it.
    private static func withPointers<Result>(
        to texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Result
    ) -> Result {
        var bytes: [CChar] = []
        var places: [Int?] = []
        for text in texts {
            places.append(text == nil ? nil : bytes.count)
            if let text { bytes += text.utf8CString }
        }
        // So that there is an address even where there is no text.
        bytes.append(0)
        return bytes.withUnsafeBufferPointer { buffer in
            body(places.map { place in place.flatMap { buffer.baseAddress?.advanced(by: $0) } })
        }
    }

    private static func rows(of result: OpaquePointer?) throws -> [StoredRow] {
        let width = PQnfields(result)
        let names = (0..<width).map { String(cString: PQfname(result, $0)) }
        let isNumber = (0..<width).map { [bigint, integer, smallint].contains(PQftype(result, $0)) }
        return try (0..<PQntuples(result)).map { row in
            let values = try (0..<width).map { column -> SQLValue in
                guard PQgetisnull(result, row, column) == 0 else { return .null }
                let text = String(cString: PQgetvalue(result, row, column))
                guard isNumber[Int(column)] else { return .text(text) }
                guard let number = Int64(text) else { throw StoreFailure.unreadable("\(text) is no number") }
                return .integer(number)
            }
            return StoredRow(columns: names, values: values)
        }
    }

    // Numbers of types, fixed in PostgreSQL's catalogue (pg_type.dat).
    private static let bigint: Oid = 20
    private static let smallint: Oid = 21
    private static let integer: Oid = 23
    private static let text: Oid = 25

    private func check(_ result: OpaquePointer?) throws {
        let status = PQresultStatus(result)
        guard status != PGRES_COMMAND_OK, status != PGRES_TUPLES_OK else { return }
        let state = PQresultErrorField(result, Int32(UnicodeScalar("C").value)).map { String(cString: $0) } ?? ""
        let message = String(cString: PQerrorMessage(handle))
        switch state {
        case "23505": throw StoreFailure.unique
        case "23503": throw StoreFailure.reference
        case "40001", "40P01": throw StoreFailure.conflict
        case "": throw StoreFailure.unavailable(message)
        case let state where state.hasPrefix("53") || state.hasPrefix("57") || state.hasPrefix("08"):
            throw StoreFailure.unavailable(message)
        default: throw StoreFailure.engine("\(state) \(message)")
        }
    }
}

/// A transaction on a PostgreSQL server.
struct PostgresTransaction: Transaction {
    private let line: PostgresLine
    let sight: Sight
    let filters: Bool

    init(_ line: PostgresLine, _ sight: Sight, filters: Bool) {
        self.line = line
        self.sight = sight
        self.filters = filters
    }

    func rows(_ statement: SQLText) throws -> [StoredRow] { try line.run(statement).rows }
    func run(_ statement: SQLText) throws -> Int { try line.run(statement).changed }
}
