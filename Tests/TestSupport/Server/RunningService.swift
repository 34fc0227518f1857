import Logging
package import ServiceLifecycle

/// A service in this process that is told to end, as by SIGTERM, when nobody holds it any longer. Cancelling the task instead would
/// drop a connection that was just accepted, and NIO ends the process when one is dropped before it was taken.
package final class RunningService: Sendable {
    private let group: ServiceGroup
    private let running: Task<Void, any Error>

    /// - Parameter onEnd: Is called once the service has ended.
    package init(_ service: any Service, onEnd: @escaping @Sendable () -> Void) {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        var settings = ServiceGroupConfiguration(services: [service], logger: logger)
        // By then nothing is accepted any longer, and what still hangs was meant to.
        settings.maximumGracefulShutdownDuration = .seconds(2)
        let group = ServiceGroup(configuration: settings)
        self.group = group
        running = Task {
            defer { onEnd() }
            try await group.run()
        }
    }

    deinit {
        Task { [group] in await group.triggerGracefulShutdown() }
    }

    /// Returns when it has ended.
    ///
    /// - Throws: What ended it.
    package func value() async throws {
        try await running.value
    }
}
