package import Model
package import NIOCore

/// How HAProxy's questions are answered that come by its own protocol (docs/gateways.md): by the same routes as `/verify`.
package struct OffloadServing: Sendable {
    let routes: HotRoutes
    let log: RequestLog
    let idle: TimeAmount
    let connections: Connections
    let now: @Sendable () -> Instant
    let wanted: WantedFields

    /// - Parameters:
    ///   - idle: How long a connection may be kept without a question.
    ///   - connections: Those among which one was let in.
    package init(
        routes: HotRoutes, log: RequestLog, idle: TimeAmount, connections: Connections,
        now: @escaping @Sendable () -> Instant
    ) {
        self.routes = routes
        self.log = log
        self.idle = idle
        self.connections = connections
        self.now = now
        wanted = WantedFields(routes.callerFields)
    }

    /// Has a connection, on whose loop this is called, speak that protocol.
    package func begin(on channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(OffloadDoor(self, on: channel))
    }
}
