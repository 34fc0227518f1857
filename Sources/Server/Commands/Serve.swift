import ArgumentParser
import HTTPServing
import Logging
import Persistence
import ServiceLifecycle
import Tokens
import UnixSignals

/// `claviger serve`
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run the server until it is told to stop.",
        discussion: "SIGTERM and SIGINT end it gracefully: what is in flight is answered, for at most 10 seconds.")

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let configuration = try options.configuration()
        try await Running.whole(configuration, for: .serving) { composition in
            guard try await composition.store.read({ try $0.operatorAccount() }) != nil else {
                throw NotInitialized()
            }
        }
    }
}

/// Nobody could sign in to a server that has no operator.
struct NotInitialized: Error, CustomStringConvertible {
    let description = "The database has no operator yet. Run `claviger init` first, with the same settings."
}

/// Runs the whole server from start to end.
enum Running {
    /// - Parameters:
    ///   - purpose: What is asked of the database before it is opened.
    ///   - prepare: Done once everything is open and before anything listens.
    ///   - onReady: Told the port once the server listens.
    static func whole(
        _ configuration: ServerConfiguration, for purpose: Composition.Purpose,
        prepare: (Composition) async throws -> Void,
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        ProcessMemory.prepare()
        SignalNotices.stayAlive()
        let sink = LogSink()
        defer { sink.close() }
        Descriptors.raise()
        let composition = try await Composition.assemble(configuration, for: purpose, sink: sink)
        do {
            try await composition.keyRing.ensureAll()
            try await prepare(composition)
            try await composition.providers.prepare()
            var group = ServiceGroupConfiguration(
                services: try composition.services { port in
                    await onReady(port)
                    ProcessMemory.giveBackWhatTheStartTook()
                }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: composition.logger)
            group.maximumGracefulShutdownDuration = .seconds(10)
            try await ServiceGroup(configuration: group).run()
            composition.logger.notice("the server has ended")
        } catch {
            await composition.store.close()
            throw error
        }
        await composition.store.close()
    }
}
