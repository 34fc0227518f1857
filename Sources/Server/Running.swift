import CoreMetrics
import HTTPServing
import Logging
import Persistence
import ServiceLifecycle
import Tokens
import Tracing
import UnixSignals

/// Runs the whole server from start to end.
enum Running {
    /// How long what is in flight may take, and what is written down at the end.
    private static let patience = Duration.seconds(10)

    /// - Parameters:
    ///   - read: Reads the settings, now and at each SIGHUP.
    ///   - purpose: What is asked of the database before it is opened.
    ///   - prepare: Done once everything is open and before anything listens.
    ///   - onReady: Told the port once the server listens.
    /// - Throws: What kept the server from starting, or ``PartFailure`` if it could not go on.
    static func whole(
        _ read: @escaping @Sendable () -> ConfigurationReport, for purpose: Composition.Purpose,
        prepare: (Composition) async throws -> Void,
        onReady: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws {
        ProcessMemory.prepare()
        ProcessSignals.stayAlive()
        ProcessSignals.endFirstProcess()
        let report = read()
        let configuration = try report.outcome.get()
        let sockets = try PassedSockets()
        try sockets.check(against: configuration)
        let supervisor = Supervisor()
        let sink = LogSink()
        defer { sink.close() }
        Descriptors.raise()
        let composition = try await Composition.assemble(configuration, for: purpose, sink: sink)
        let logger = composition.logger
        if configuration.metrics != nil { MetricsSystem.bootstrap(composition.libraries) }
        if let spans = composition.spans { InstrumentationSystem.bootstrap(RequestTracer(spans: spans)) }
        let signals: UnixSignalsSequence
        do {
            StartLine(composition: composition, sockets: sockets, supervisor: supervisor).write()
            try await composition.keyRing.ensureAll()
            try await prepare(composition)
            try await composition.providers.prepare()
            // From here on no change of the master key passes over this node.
            try await composition.masterKeyHolding.begin()
            let services = try composition.services(
                rereading: read, unlike: report.inForce, on: sockets, telling: supervisor
            ) { port in
                // Who was told that we end would take that for a beginning.
                if !composition.drain.isOn { supervisor.say(.ready) }
                await onReady(port)
                ProcessMemory.giveBackWhatTheStartTook()
            }
            var settings = ServiceGroupConfiguration(
                services: services.map { ServerPart(service: $0, logger: logger) }, logger: logger)
            settings.maximumGracefulShutdownDuration = patience
            let group = ServiceGroup(configuration: settings)
            signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
            let ending = Task { [signals] in
                await EndSignals(
                    drain: composition.drain, connections: composition.connections, seconds: configuration.drainSeconds,
                    supervisor: supervisor, logger: logger
                ).run(on: signals) { await group.triggerGracefulShutdown() }
            }
            defer { ending.cancel() }
            try await group.run()
        } catch {
            await composition.store.close()
            throw error
        }
        await composition.store.close()
        logger.notice("the server has ended")
        // A signal that comes this late must not end the process in the middle of that.
        withExtendedLifetime(signals) {}
    }
}
