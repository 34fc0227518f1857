import HTTPServing
import Logging
import ProductDefinition

/// The one line at the start that says what was started: who reads a log later wants to know by which program and settings it was written.
/// No secret is in it.
struct StartLine {
    let composition: Composition
    let sockets: PassedSockets
    let supervisor: Supervisor

    func write() {
        composition.logger.notice("the server starts", metadata: details)
    }

    var details: Logger.Metadata {
        let configuration = composition.configuration
        let limits = composition.connections.limits
        var details: Logger.Metadata = [
            "version": "\(ClavigerVersion.current)",
            "issuer": "\(configuration.issuer)",
            "database": "\(configuration.database)",
            "product": "\(composition.product.name)",
            "definition": "\(composition.installation.definition.prefix(12))",
            "environment": "\(configuration.environment.rawValue)",
            "node": "\(composition.node)",
            "listen": "\(configuration.listen)",
            "log_level": "\(configuration.logLevel)",
            "drain_seconds": "\(configuration.drainSeconds)",
            "max_connections": "\(limits.total)",
            "memory_limit": "\(configuration.memoryLimit)",
        ]
        if let tls = configuration.tls { details["tls_listen"] = "\(tls.listen)" }
        if let spoe = configuration.spoeListen { details["spoe_listen"] = "\(spoe)" }
        if let metrics = configuration.metrics { details["metrics"] = "\(metrics)" }
        if let traces = configuration.traces { details["traces"] = "\(traces)" }
        if !composition.product.providers.isEmpty {
            details["providers"] = "\(composition.product.providers.map(\.provider).joined(separator: ","))"
        }
        if !configuration.trustedProxies.isEmpty {
            details["trusted_proxies"] = "\(configuration.trustedProxies.count)"
        }
        if configuration.previousMasterKey != nil { details["previous_master_key"] = "in use" }
        if !sockets.names.isEmpty { details["passed_sockets"] = "\(sockets.names.joined(separator: ","))" }
        if supervisor.isThere {
            details["supervisor"] = supervisor.watchdogInterval == nil ? "told" : "told, with a watchdog"
        }
        return details
    }
}
