import Model

/// Whether there is a certificate to be served, with its key, and until when it is good.
struct CertificateCheck {
    private let tls: ServerConfiguration.TLS?
    private let now: Instant

    init(_ configuration: ServerConfiguration, now: Instant) {
        tls = configuration.tls
        self.now = now
    }

    func findings() -> [Finding] {
        guard let tls else { return [] }
        do throws(CertificateError) {
            let served = try tls.files.read()
            if served.begin > now {
                return [.error("tls", "the certificate is not valid before \(CivilTime(served.begin).rfc3339())")]
            }
            let end = served.end
            let until = "until \(CivilTime(end).rfc3339())"
            let left = end.seconds(since: now)
            if left <= 0 { return [.error("tls", "the certificate was good \(until)")] }
            if left < ServedCertificate.noticeSeconds {
                return [.warning("tls", "the certificate is good \(until), no longer")]
            }
            return [.fine("tls", "the certificate and its key fit, \(until)")]
        } catch {
            return [.error("tls", error.description)]
        }
    }
}
