import Crypto
import Foundation
import HTTPServing
import Persistence
import PersistenceSQLite
import Tokens

/// Has a task done by whoever can: the server that owns the database if one does, or else this process.
enum ErrandRun {
    /// How often an answer is looked for, in milliseconds.
    private static let pause = 200

    /// - Returns: What to print.
    /// - Throws: ``CommandError``, or what keeps the database from being opened.
    static func perform(_ task: Errand.Task, with configuration: ServerConfiguration) async throws -> String {
        try await several(with: configuration) { perform in try await perform(task) }
    }

    /// The same for several tasks, one after the other.
    ///
    /// - Parameters:
    ///   - known: The master keys, where they were loaded already: a command may have to be asked for them.
    ///   - say: Hears that a master key was made.
    ///   - body: Gets what does a task, which answers as ``perform(_:with:)`` does.
    static func several<R>(
        with configuration: ServerConfiguration, keys known: MasterKeys? = nil,
        saying say: @escaping (String) -> Void = { print($0) },
        _ body: (_ perform: (Errand.Task) async throws -> String) async throws -> R
    ) async throws -> R {
        if case .sqlite(let path) = configuration.database, let server = try await server(owning: path) {
            let keys = if let known { known } else { try await configuration.masterKeys(saying: say) }
            return try await body { try await ask(server, of: path, for: $0, sealing: keys) }
        }
        let sink = LogSink()
        defer { sink.close() }
        let composition = try await Composition.assemble(configuration, sink: sink, saying: say)
        do {
            let result = try await body { try await composition.errands.perform($0) }
            await composition.store.close()
            return result
        } catch {
            await composition.store.close()
            throw CommandError(error)
        }
    }

    /// The server that owns a database and takes errands, nil where nobody owns it. A command that owns it is waited for, and a server
    /// that begins or ends.
    ///
    /// - Parameter looks: How often it is looked for.
    /// - Throws: ``CommandError`` where whoever owns it takes none.
    static func server(owning path: String, looks: Int = 25) async throws -> Int32? {
        var holder: DatabaseOwner?
        for look in 1...max(1, looks) {
            do {
                holder = try SQLiteStore.owner(of: path)
                guard let holder, !holder.takesErrands else { return holder?.process }
            } catch SQLiteOpeningError.inUse {
                // It has not said yet who it is.
            }
            if look < looks { try await Task.sleep(for: .milliseconds(pause)) }
        }
        let name = holder.map { "process \($0.process)" } ?? "another process"
        throw CommandError(
            """
            The database \(path) is held by \(name), and not by a server that takes commands: by another command, or by a server that \
            begins or ends. Nothing was done. Try again once it is through\(holder.map { "; ps -p \($0.process) says what it is" } ?? "").
            """)
    }

    private static func ask(
        _ server: Int32, of path: String, for task: Errand.Task, sealing keys: MasterKeys
    ) async throws -> String {
        // The server has the one in force, and perhaps no other.
        let name = try? SQLiteStore.peek(at: path) { tx in try tx.masterKeyInForce() }
        let masterKey = name.flatMap { keys.named($0) } ?? keys.newest
        let key = Curve25519.KeyAgreement.PrivateKey()
        let errand = Errand(task, answeredTo: key, at: SystemClock.now())
        let box = ErrandBox(besideDatabase: path)
        try box.put(errand: errand.sealed(under: masterKey))
        guard kill(server, SIGUSR1) == 0 else {
            let problem = String(cString: strerror(errno))
            box.discard()
            throw CommandError("The server (process \(server)) owns the database and cannot be told: \(problem).")
        }
        for _ in 0..<(Errand.seconds * 1000 / pause) {
            try await Task.sleep(for: .milliseconds(pause))
            // Asked first, so that what it leaves with its end is found.
            let isThere = try isThere(server, of: path)
            guard let answer = box.takeAnswer({ errand.answer(opening: $0, by: key) }) else {
                guard isThere else { break }
                continue
            }
            if let problem = answer.problem { throw CommandError(problem) }
            return answer.text
        }
        box.withdraw()
        guard try isThere(server, of: path) else {
            throw CommandError("The server (process \(server)) ended before it answered. See its log, and try again.")
        }
        throw CommandError(
            "The server (process \(server)) was told, and has not answered after \(Errand.seconds) s. See its log.")
    }

    private static func isThere(_ server: Int32, of path: String) throws -> Bool {
        do {
            guard let owner = try SQLiteStore.owner(of: path) else { return false }
            return owner.process == server && owner.takesErrands
        } catch SQLiteOpeningError.inUse {
            return false
        }
    }
}
