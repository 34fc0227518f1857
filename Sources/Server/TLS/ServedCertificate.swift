import HTTPServing
import Locking
import Logging
import Measuring
import Model
import NIOSSL
import ServiceLifecycle

/// The certificate of this server and its key, as the files say at present. Looks at them every few seconds, and at SIGHUP.
///
/// A connection goes on with what it began with. What cannot be served, such as a certificate whose key is still the one before, changes
/// nothing: the log says so once, and the pair before goes on to be served until the files change again.
final class ServedCertificate: Service {
    /// From one look to the next. It costs two calls of the system.
    private static let interval = Duration.seconds(5)
    private static let day = 86_400
    /// From so many seconds before the end on, the log warns once a day.
    static let noticeSeconds = 14 * day

    private struct State {
        var served: CertificateFiles.Served
        /// What was looked at last and could not be served, as the log has said.
        var refused: Refused?
        var warnedAt: Instant?
    }

    private struct Refused {
        /// Nil where one of the files was not there.
        let found: CertificateFiles.State?
        /// When it will be valid, where it is too early for it.
        let until: Instant?
    }

    private let files: CertificateFiles
    private let now: @Sendable () -> Instant
    private let logger: Logger
    private let state: Lock<State>
    private let served = Counter()
    private let refused = Counter()

    /// - Throws: ``CertificateError``
    init(_ files: CertificateFiles, now: @escaping @Sendable () -> Instant, logger: Logger) throws(CertificateError) {
        self.files = files
        self.now = now
        self.logger = logger
        state = Lock(State(served: try files.read()))
    }

    /// What a new connection is secured with.
    var context: NIOSSLContext { state.withLock(\.served.context) }

    /// When the first of the certificates that are served expires.
    var end: Instant { state.withLock(\.served.end) }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while !Task.isCancelled {
                look()
                warn()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Serves what the files say, if that is another pair than is served, and a sound one.
    ///
    /// - Parameter isAsked: Whether somebody waits for an answer: then what was refused before is told again.
    func look(isAsked: Bool = false) {
        let found = files.state
        let (served, refused) = state.withLock { ($0.served, $0.refused) }
        guard found != served.state else {
            state.withLock { $0.refused = nil }
            if isAsked { logger.notice("certificate and key are the same", metadata: ["until": "\(text(served.end))"]) }
            return
        }
        if !isAsked, let refused, refused.found == found, refused.until.map({ $0 > now() }) ?? true { return }
        guard let found else {
            refuse(CertificateError("The certificate of TLS or its key is not there."))
            return
        }
        var tooEarlyUntil: Instant?
        do throws(CertificateError) {
            let new = try files.read()
            guard new.ownEnd > now() || new.ownEnd >= served.ownEnd else {
                throw CertificateError("\(files.certificate) has expired.")
            }
            guard new.begin <= now() || new.begin <= served.begin else {
                tooEarlyUntil = new.begin
                throw CertificateError("\(files.certificate) is not valid before \(text(new.begin)).")
            }
            state.withLock { state in
                state.served = new
                state.refused = nil
                state.warnedAt = nil
            }
            self.served.add()
            logger.notice("a new certificate is served", metadata: ["until": "\(text(new.end))"])
        } catch {
            refuse(error, found, until: tooEarlyUntil)
        }
    }

    private func refuse(
        _ error: CertificateError, _ found: CertificateFiles.State? = nil, until valid: Instant? = nil
    ) {
        self.refused.add()
        state.withLock { $0.refused = Refused(found: found, until: valid) }
        logger.error(
            "certificate and key cannot be served; those before go on",
            metadata: ["error": "\(error)", "until": "\(text(end))"])
    }

    /// Says once a day what clients refuse, or soon will.
    func warn() {
        let now = now()
        let served: CertificateFiles.Served? = state.withLock { state in
            guard state.served.begin > now || state.served.end.seconds(since: now) < Self.noticeSeconds,
                state.warnedAt.map({ now.seconds(since: $0) >= Self.day }) ?? true
            else { return nil }
            state.warnedAt = now
            return state.served
        }
        guard let served else { return }
        if served.begin > now {
            logger.warning("the certificate of TLS is not valid yet", metadata: ["before": "\(text(served.begin))"])
        } else {
            logger.warning("the certificate of TLS expires soon, or has", metadata: ["until": "\(text(served.end))"])
        }
    }

    private func text(_ instant: Instant) -> String { CivilTime(instant).rfc3339(milliseconds: false) }

    /// How long until the first of the certificates that are served expires.
    var secondsLeft: Int { end.seconds(since: now()) }

    /// How many changes of the files are served, and how many could not be.
    var changes: [Metric.Reading] {
        [
            .init(Double(served.value), labels: [("outcome", "served")]),
            .init(Double(refused.value), labels: [("outcome", "refused")]),
        ]
    }
}
