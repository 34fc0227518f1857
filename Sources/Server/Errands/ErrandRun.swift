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
    /// - Parameter body: Gets what does a task, which answers as ``perform(_:with:)`` does.
    static func several<R>(
        with configuration: ServerConfiguration,
        _ body: (_ perform: (Errand.Task) async throws -> String) async throws -> R
    ) async throws -> R {
        if case .sqlite(let path) = configuration.database, let server = try SQLiteStore.owner(of: path) {
            return try await body { try await ask(server, of: path, for: $0, with: configuration) }
        }
        let sink = LogSink()
        defer { sink.close() }
        let composition = try await Composition.assemble(configuration, sink: sink)
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
        _ server: Int32, of path: String, for task: Errand.Task, with configuration: ServerConfiguration
    ) async throws -> String {
        let masterKey = try await configuration.masterKey.load { print($0) }
        let key = Curve25519.KeyAgreement.PrivateKey()
        let errand = Errand(task, answeredTo: key, at: SystemClock.now())
        let box = ErrandBox(besideDatabase: path)
        try box.put(errand: errand.sealed(under: masterKey))
        guard kill(server, SIGUSR1) == 0 else {
            let problem = String(cString: strerror(errno))
            box.withdraw()
            throw CommandError("The server (process \(server)) owns the database and cannot be told: \(problem).")
        }
        for _ in 0..<(Errand.seconds * 1000 / pause) {
            try await Task.sleep(for: .milliseconds(pause))
            guard let answer = box.takeAnswer().flatMap({ errand.answer(opening: $0, by: key) }) else { continue }
            if let problem = answer.problem { throw CommandError(problem) }
            return answer.text
        }
        box.withdraw()
        throw CommandError(
            "The server (process \(server)) was told, and has not answered after \(Errand.seconds) s. See its log.")
    }
}
