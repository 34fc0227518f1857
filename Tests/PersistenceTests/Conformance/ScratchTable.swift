import Persistence
import TestSupport
import Testing

/// A table for tests of an engine: notes, some of which answer another.
extension Migration {
    static let scratch = Migration(
        number: 9001, name: "scratch",
        sqlite: """
            \(notes)
            CREATE TABLE anything (id BIGINT PRIMARY KEY, value_text TEXT, value_bytes BLOB, value_number BIGINT);
            """,
        postgres: """
            \(notes)
            CREATE TABLE anything (
                id BIGINT PRIMARY KEY, value_text TEXT COLLATE "C", value_bytes BYTEA, value_number BIGINT);
            """)

    private static let notes = """
        CREATE TABLE note (
            id BIGINT PRIMARY KEY,
            words TEXT NOT NULL UNIQUE CHECK (words <> 'forbidden'),
            taken BIGINT NOT NULL DEFAULT 0,
            answers BIGINT REFERENCES note (id),
            answers_in_the_end BIGINT REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED
        );
        """

    /// A step whose text both engines understand.
    init(number: Int, name: String, servedFrom: Int? = nil, both text: String) {
        self.init(number: number, name: name, servedFrom: servedFrom, sqlite: text, postgres: text)
    }
}

extension StoreUnderTest {
    /// A fresh store with the real schema and the scratch tables.
    func openWithScratch<R>(_ use: (any Engine) async throws -> R) async throws -> R {
        try await open(migrations: Migration.all + [.scratch], use)
    }

    /// The store kept in `folder`, with the real schema and the scratch tables.
    func openWithScratch(in folder: String, waitingBodies: Int = 10_000) async throws -> any Engine {
        try await open(in: folder, migrations: Migration.all + [.scratch], waitingBodies: waitingBodies)
    }
}

extension Transaction {
    borrowing func insertNote(_ id: Int, _ words: String? = nil) throws {
        try execute("INSERT INTO note (id, words) VALUES (\(id), \(words ?? "note \(id)"))")
    }

    borrowing func noteIDs() throws -> [Int] {
        try all("SELECT id FROM note ORDER BY id") { Int(try $0.integer(0)) }
    }

    borrowing func noteCount() throws -> Int {
        try noteIDs().count
    }
}

/// What a body throws that does not like what it sees.
struct Dislike: Error, Equatable {}

/// Expects these notes, and no others, to be there.
func expectNotes(
    _ ids: [Int], in store: some Store, at location: SourceLocation = #_sourceLocation
) async throws {
    let found = try await store.read { tx in try tx.noteIDs() }
    #expect(found == ids, sourceLocation: location)
}

/// Expects so many notes to be there.
func expectNoteCount(
    _ count: Int, in store: some Store, at location: SourceLocation = #_sourceLocation
) async throws {
    let found = try await store.read { tx in try tx.noteCount() }
    #expect(found == count, sourceLocation: location)
}
