import HTTPServing

/// How many connections the server can have, and what bounds them.
struct ConnectionCheck {
    private let configuration: ServerConfiguration
    /// What the process may have open once it has raised its limit.
    private let descriptors: Int

    init(_ configuration: ServerConfiguration, descriptors: Int = Descriptors.limits.hard) {
        self.configuration = configuration
        self.descriptors = descriptors
    }

    func findings() -> [Finding] {
        let limits = configuration.connectionLimits(descriptors: descriptors)
        let said =
            "at most \(limits.total) connections, \(limits.perAddress) from one address; "
            + "\(descriptors) file descriptors (ulimit -Hn)"
        guard limits.total < configuration.maxConnections else { return [.fine("connections", said)] }
        return [
            .warning("connections", "\(said), too few for max-connections \(configuration.maxConnections)")
        ]
    }
}
