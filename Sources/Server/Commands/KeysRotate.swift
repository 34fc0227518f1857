import ArgumentParser
import Foundation
import HTTPServing
import Persistence
import PersistenceSQLite

/// `claviger keys`
struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The keys that seal and sign tokens.", subcommands: [Rotate.self])

    /// `claviger keys rotate`
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make new keys. Tokens made with the old ones stay good until they expire.",
            discussion: """
                While a server runs on a SQLite file, the command tells that server to do it, and waits until it has. On \
                PostgreSQL it rotates in the database, and the servers hear of it. Nothing is interrupted.
                """)

        @OptionGroup var options: ConfigurationOptions

        func run() async throws {
            let configuration = try options.configuration()
            if case .sqlite(let path) = configuration.database, let server = try SQLiteStore.owner(of: path) {
                try await tell(server, of: path)
            } else {
                try await rotateHere(configuration)
            }
        }

        private func rotateHere(_ configuration: ServerConfiguration) async throws {
            let sink = LogSink()
            defer { sink.close() }
            let composition = try await Composition.assemble(configuration, sink: sink)
            do {
                try await composition.keyRing.rotateAll(at: composition.now())
            } catch {
                await composition.store.close()
                throw error
            }
            await composition.store.close()
            print("The key ring was rotated.")
        }

        private func tell(_ server: Int32, of path: String) async throws {
            let before = try SQLiteStore.peek(at: path) { try $0.newestKeyRingVersion() }
            guard kill(server, SIGUSR1) == 0 else {
                throw CommandError(
                    "The server (process \(server)) owns the database and cannot be told: \(String(cString: strerror(errno)))."
                )
            }
            for _ in 0..<50 {
                try await Task.sleep(for: .milliseconds(200))
                if try SQLiteStore.peek(at: path, { try $0.newestKeyRingVersion() }) > before {
                    print("The server (process \(server)) rotated the key ring.")
                    return
                }
            }
            throw CommandError("The server (process \(server)) was told, and has not rotated after 10 s. See its log.")
        }
    }
}
