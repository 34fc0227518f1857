import ArgumentParser
import Persistence

/// `claviger migrate`
struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the schema of the database up to date.",
        discussion: """
            A server does so by itself when it starts; this is for those who want it done before. Beside servers that run \
            on PostgreSQL it is safe: they serve the schema before and after. Several may be started at once. It needs to know \
            where the database is and nothing else: neither issuer nor master key. A database that is away is waited for, for a \
            minute.
            """)

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let database = try options.databaseAlone()
        let store = try await DatabaseWait(place: database.description, say: DatabaseWait.tellTerminal).run {
            try await database.open(at: SystemClock.now()).engine
        }
        let steps = store.stepsRun
        await store.close()
        switch steps {
        case 0: print("The schema was up to date.")
        case 1: print("The schema is up to date: 1 step was run.")
        default: print("The schema is up to date: \(steps) steps were run.")
        }
    }
}
