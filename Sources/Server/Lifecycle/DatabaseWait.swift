import Logging
import Persistence
import PersistencePostgres

/// Waits at a start for a database that is away: machines, containers and networks come up in any order. Not for what somebody has to
/// mend, such as a wrong password, and not for another installation's database.
struct DatabaseWait {
    /// For people, without a password.
    let place: String
    /// How long it waits in all.
    var limit = Duration.seconds(60)
    /// From one attempt to the next.
    var pause = Duration.seconds(1)
    /// How often it says that it waits.
    var interval = Duration.seconds(10)
    /// Hears at once that it waits, and at each interval, with what went wrong last.
    let say: (_ message: String, _ details: Logger.Metadata) -> Void

    /// That of a start, which the log tells of. Commands for which somebody waits at a terminal do not wait themselves.
    static func of(_ database: DatabaseLocation, for purpose: Composition.Purpose, _ logger: Logger) -> DatabaseWait {
        var wait = DatabaseWait(place: database.description) { message, details in
            logger.warning("\(message)", metadata: details)
        }
        switch purpose {
        case .serving, .settingUp: break
        case .maintaining: wait.limit = .zero
        }
        return wait
    }

    /// For a command that has no log: a line to the standard error.
    static func tellTerminal(_ message: String, _ details: Logger.Metadata) {
        let waited = details["seconds"].map { ", \($0) s by now" } ?? ""
        let problem = details["error"].map { ": \($0)" } ?? ""
        StandardError.tell("\(message)\(waited)\(problem)")
    }

    /// Does what needs the database, again and again while that is away.
    ///
    /// - Throws: ``DatabaseAway`` when the time is over; at once what waiting does not mend.
    func run<T>(_ body: () async throws -> T) async throws -> T {
        let start = ContinuousClock.now
        var saidAt: ContinuousClock.Instant?
        while true {
            let problem: String
            do {
                return try await body()
            } catch {
                guard limit > .zero, let passing = Self.passing(error) else { throw error }
                problem = passing
            }
            let now = ContinuousClock.now
            let waited = start.duration(to: now)
            guard waited + pause < limit else {
                throw DatabaseAway(place: place, seconds: Int(waited.components.seconds), problem: problem)
            }
            if saidAt.map({ $0.duration(to: now) >= interval }) ?? true {
                say(
                    saidAt == nil
                        ? "the database is not reached; the start waits" : "the database is still not reached",
                    [
                        "database": "\(place)", "error": "\(problem)", "seconds": "\(waited.components.seconds)",
                        "limit_seconds": "\(limit.components.seconds)",
                    ])
                saidAt = now
            }
            try await Task.sleep(for: pause)
        }
    }

    /// What went wrong, if it may pass by itself.
    private static func passing(_ error: any Error) -> String? {
        switch error {
        case let error as PostgresOpeningError where error.mayPass: "\(error)"
        case StoreError.unavailable(let problem), StoreError.slow(let problem): problem
        default: nil
        }
    }
}

/// A database that did not come.
struct DatabaseAway: Error, CustomStringConvertible {
    let place: String
    let seconds: Int
    let problem: String

    var description: String { "The database \(place) was not reached within \(seconds) s. \(problem)" }
}
