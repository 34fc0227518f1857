import NIOSSL

/// What the server shows to who connects by TLS, and how it speaks it. It is read once: a renewed one is served after a restart.
enum ServerCertificate {
    /// The files are none, or no pair.
    struct Unusable: Error, CustomStringConvertible {
        let certificate: String
        let key: String
        let problem: String

        var description: String { "\(certificate) and \(key) are no certificate and its key: \(problem)" }
    }

    /// - Parameters:
    ///   - certificate: A file with the server's certificate in PEM, and behind it those up to the authority.
    ///   - key: The file of its private key in PEM.
    /// - Throws: ``Unusable``
    static func context(certificate: String, key: String) throws -> NIOSSLContext {
        do {
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
            tls.minimumTLSVersion = .tlsv12
            tls.applicationProtocols = ["http/1.1"]
            return try NIOSSLContext(configuration: tls)
        } catch {
            throw Unusable(certificate: certificate, key: key, problem: "\(error)")
        }
    }
}
