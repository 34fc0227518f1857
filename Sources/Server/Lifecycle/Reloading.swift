import HTTPServing
import Logging
import ServiceLifecycle
import UnixSignals

/// What SIGHUP does: certificate and key of TLS are looked at, and the settings are read again, of which the level of the log is put in
/// force. What else has changed is named, for it takes a restart. Nothing of it ends the server.
struct Reloading: Service {
    let read: @Sendable () -> ConfigurationReport
    /// Those that were read at the start.
    let settings: [SettingInForce]
    let threshold: LogThreshold
    /// Nil where TLS is not answered.
    let certificate: ServedCertificate?
    let drain: Drain
    let supervisor: Supervisor
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            // A supervisor that was told that we end would take the next word for a beginning.
            let isTold = !drain.isOn
            if isTold { supervisor.say(.reloading) }
            reload()
            if isTold { supervisor.say(.ready) }
        }
    }

    func reload() {
        certificate?.look(isAsked: true)
        let report = read()
        switch report.outcome {
        case .failure(let errors):
            logger.error(
                "the settings are not right any more, so none is changed",
                metadata: ["errors": "\(errors.errors.map(\.description).joined(separator: "; "))"])
        case .success(let configuration):
            threshold.level = configuration.logLevel
            var details: Logger.Metadata = ["log_level": "\(configuration.logLevel)"]
            let waiting = changed(to: report.inForce)
            if !waiting.isEmpty { details["restart_for"] = "\(waiting.joined(separator: ", "))" }
            logger.notice("settings were read again", metadata: details)
        }
    }

    /// The settings that differ, but for what is in force by now. Secrets are not compared: what is shown of them is the same.
    private func changed(to others: [SettingInForce]) -> [String] {
        let before = Dictionary(settings.map { ($0.key, $0.shown) }) { first, _ in first }
        return others.filter { $0.key != .logLevel && before[$0.key] != $0.shown }.map(\.key.name)
    }
}
