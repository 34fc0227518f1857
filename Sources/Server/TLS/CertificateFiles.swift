import Model
import NIOCore
import NIOSSL

/// Where the certificate of this server is, with those that lead to a root, and its key.
package struct CertificateFiles: Hashable, Sendable {
    /// More bytes than any chain of certificates has.
    private static let maximumSize = 1 << 20

    package let certificate: String
    package let key: String

    package init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }

    /// What both files say.
    ///
    /// - Throws: ``CertificateError``, in words for the operator.
    func read() throws(CertificateError) -> Served {
        let key = try Self.file(self.key, holds: "The key of TLS", isSecret: true)
        let chain = try Self.file(certificate, holds: "The certificate of TLS", isSecret: false)
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(chain.bytes), let leaf = certificates.first else {
            throw CertificateError("\(certificate) holds no certificates in PEM.")
        }
        // Without somebody who answers, a question for a passphrase would go to the terminal.
        guard
            let privateKey = try? NIOSSLPrivateKey(
                bytes: key.bytes, format: .pem,
                passphraseCallback: { (_: NIOSSLPassphraseSetter<[UInt8]>) in throw NoPassphrase() })
        else { throw CertificateError("\(self.key) holds no key in PEM that needs no passphrase.") }
        guard let context = try? NIOSSLContext(configuration: Self.configuration(certificates, privateKey)) else {
            throw CertificateError("The key \(self.key) is not that of the first certificate in \(certificate).")
        }
        return Served(
            context: context, state: State(certificate: chain.mark, key: key.mark), begin: leaf.notBefore,
            ownEnd: leaf.notAfter, end: certificates.map(\.notAfter).min() ?? leaf.notAfter)
    }

    private static func file(
        _ path: String, holds what: String, isSecret: Bool
    ) throws(CertificateError) -> NamedFile {
        let file: NamedFile
        do throws(NamedFile.Problem) {
            file = try NamedFile(path, holds: what, isSecret: isSecret, upTo: maximumSize + 1)
        } catch {
            throw CertificateError(error.description)
        }
        guard file.bytes.count <= maximumSize else { throw CertificateError("\(path) has more than 1 MiB.") }
        return file
    }

    /// What is in the files, as far as the system tells without reading them. Nil where one cannot be looked at.
    var state: State? {
        guard let certificate = FileMark(certificate), let key = FileMark(key) else { return nil }
        return State(certificate: certificate, key: key)
    }

    /// Which files these are. Another file, or another content, is another state.
    struct State: Hashable, Sendable {
        let certificate: FileMark
        let key: FileMark
    }

    /// What connections are secured with.
    struct Served: Sendable {
        let context: NIOSSLContext
        let state: State
        /// From when on our own certificate is valid.
        let begin: Instant
        /// When it expires.
        let ownEnd: Instant
        /// When the first of the certificates expires.
        let end: Instant
    }

    private struct NoPassphrase: Error {}

    /// TLS 1.2 and 1.3, forward secrecy and authenticated encryption alone.
    ///
    /// swift-nio-ssl takes what the client likes best of TLS 1.2, so there is nothing here that another would have to be preferred to.
    private static func configuration(_ chain: [NIOSSLCertificate], _ key: NIOSSLPrivateKey) -> TLSConfiguration {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        tls.cipherSuites = [
            "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-CHACHA20-POLY1305",
        ].joined(separator: ":")
        // Those that are built in end with SHA-1.
        tls.signingSignatureAlgorithms = [
            .ecdsaSecp256R1Sha256, .rsaPssRsaeSha256, .rsaPkcs1Sha256, .ecdsaSecp384R1Sha384, .rsaPssRsaeSha384,
            .rsaPkcs1Sha384, .ecdsaSecp521R1Sha512, .rsaPssRsaeSha512, .rsaPkcs1Sha512, .ed25519,
        ]
        tls.renegotiationSupport = .none
        tls.applicationProtocols = AgreedProtocol.allCases.map(\.rawValue)
        // For so long a connection that we close is kept for the client to say goodbye as well.
        tls.shutdownTimeout = .seconds(1)
        return tls
    }
}

/// What is spoken inside of TLS, by its name in ALPN (RFC 7301), what we like best first.
enum AgreedProtocol: String, Sendable, CaseIterable {
    case http2 = "h2"
    case http1 = "http/1.1"
}

/// Why a certificate cannot be served.
package struct CertificateError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension NIOSSLCertificate {
    /// Before it is not valid.
    fileprivate var notBefore: Instant { Instant(seconds: Int64(notValidBefore)) }
    /// From then on it is not valid.
    fileprivate var notAfter: Instant { Instant(seconds: Int64(notValidAfter)) }
}
