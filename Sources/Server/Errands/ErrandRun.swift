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
        if case .sqlite(let path) = configuration.database, let server = try SQLiteStore.owner(of: path) {
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
            guard let answer = box.takeAnswer({ errand.answer(opening: $0, by: key) }) else { continue }
            if let problem = answer.problem { throw CommandError(problem) }
            return answer.text
        }
        box.withdraw()
        throw CommandError(
            "The server (process \(server)) was told, and has not answered after \(Errand.seconds) s. See its log.")
    }
}
