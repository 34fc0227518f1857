import HTTPServing
import Logging
import Measuring
import Model

/// What is answered over TLS, by what certificate, and what is measured of it.
struct Secured: Sendable {
    let listen: ListenAddress
    let certificate: ServedCertificate
    let handshakes = Handshakes()

    /// - Throws: ``CertificateError``
    init(
        _ settings: ServerConfiguration.TLS, now: @escaping @Sendable () -> Instant, logger: Logger
    ) throws(CertificateError) {
        listen = settings.listen
        certificate = try ServedCertificate(settings.files, now: now, logger: logger)
    }

    /// - Parameter secured: Nil where TLS is not answered; then they have no values.
    static func metrics(of secured: Secured?) -> [Metric] {
        [
            Metric(
                "claviger_tls_certificate_seconds_left", .gauge,
                "How long until the first of the certificates that are served expires; negative afterwards."
            ) {
                secured.map { [.init(Double($0.certificate.secondsLeft))] } ?? []
            },
            Metric(
                "claviger_tls_certificate_changes_total", .counter,
                "Changes of certificate or key: those that are served, and those that could not be."
            ) { secured?.certificate.changes ?? [] },
            Metric(
                "claviger_tls_handshakes_total", .counter, "Connections over TLS, by what was agreed upon."
            ) { secured?.handshakes.agreed ?? [] },
            Metric(
                "claviger_tls_handshakes_failed_total", .counter, "Connections on which nothing was agreed upon."
            ) {
                secured.map { [.init(Double($0.handshakes.failed))] } ?? []
            },
        ]
    }
}
