import Persistence
import TestSupport
import Testing

/// Who writes a statement is told here that its plan was not looked at: it is one of those that ``QueryPlanTests`` asks for, or
/// is explained as it stands in its file, or has a line here that says why it may read a whole table.
@Suite("The ledger of the tables' statements")
struct StatementLedgerTests {
    /// Statements that may, by their file and how they begin.
    private static let exceptions: [(file: String, start: String, reason: String)] = [
        (
            "AccountTable",
            "SELECT 1 FROM account a JOIN organization o ON o.id = a.organization_id WHERE o.parent_id IS NULL",
            "the list of all accounts, in an order that is asked for: only the operator's people see it"
        ),
        (
            "AuditLogTable", "SELECT account_id FROM audit_log WHERE is_gone = 1",
            "its partial index has those alone whose account is gone"
        ),
        (
            "ClientSecretTable", "UPDATE client_secret SET sealed = NULL WHERE id IN (SELECT",
            "its partial index has those alone that are to be destroyed, and it takes a few at a time"
        ),
        (
            "ConnectionTable+counts", "SELECT provider, status, COUNT(*) FROM connection",
            "asked once a minute where metrics are told, and answered from one index"
        ),
        ("UsedNames", "SELECT", "for a start with another product definition, and for who asks beforehand"),
    ]

    @Test func `each was looked at, and none reads a whole table`() async throws {
        let asked = Question.all.flatMap { $0.statements() }.map { WrittenStatement.inOneLine($0.text) }
        let others = try WrittenStatement.all().filter { written in
            !written.readsNothing && !asked.contains(where: written.hasBecome)
                && !Self.exceptions.contains { written.isOne(of: $0.file, $0.start) }
        }
        try await StoreUnderTest.sqlite.open { store in
            for written in others {
                guard let text = written.explainable else {
                    Issue.record("QueryPlanTests do not ask for this one of \(written.file): \(written.pieces)")
                    continue
                }
                let plan = try await QueryPlan(of: BoundSQL(stringLiteral: text), in: store)
                #expect(plan.scans == [], "\(written.file): \(text)\n\(plan)")
            }
        }
    }

    @Test(arguments: exceptions.map(\.start))
    func `an exception is still one`(_ start: String) throws {
        let written = try WrittenStatement.all()
        for exception in Self.exceptions where exception.start == start {
            #expect(written.contains { $0.isOne(of: exception.file, start) })
        }
    }

    @Test func `statements are read as they are written`() throws {
        let written = WrittenStatement.all(
            in: #"""
                // "SELECT 1 FROM a comment"
                let part: BoundSQL = "AND a = \(1)"
                try all("SELECT \(fixed: columns) FROM t WHERE id = \(id(of: "x")) AND b = 2") { $0 }
                try perform(
                    """
                    DELETE FROM t
                    WHERE id IN (\(list: ids)) \(part: a ? "AND (\(b))" : "")
                    """)
                """#, file: "T")
        #expect(written.map(\.explainable) == ["SELECT 1 FROM t WHERE id = 1 AND b = 2", nil])
        #expect(written.map { $0.hasBecome("SELECT id, name FROM t WHERE id = $1 AND b = 2") } == [true, false])
        #expect(written.map { $0.hasBecome("DELETE FROM t WHERE id IN ($1, $2) AND ($3)") } == [false, true])
        #expect(written.map(\.filterless) == ["SELECT 1 FROM t", "DELETE FROM t"])
    }
}
