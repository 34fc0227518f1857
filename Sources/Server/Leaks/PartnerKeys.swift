import Locking
import Logging
import Model
import Outbound
import ProviderDefinition
import Tokens

/// The keys by which a partner signs its reports of leaked secrets, fetched when a report names one that is not known, and when those that
/// are known are a day old. Not oftener than once a minute, whatever comes: reports are anybody's until their signature is good (threat K8).
final class PartnerKeys: Sendable {
    /// A list may be so long, in bytes.
    private static let longest = 65_536
    private static let patience = Duration.seconds(10)
    private static let pauseMilliseconds: Int64 = 60_000
    private static let daysMilliseconds: Int64 = 86_400_000

    private struct Held {
        var keys: ScanningKeys?
        var fetchedAt: Int64?
        var askedAt: Int64?
    }

    private let place: PartnerKeyPlace
    private let transport: any ProviderTransport
    private let logger: Logger
    private let now: @Sendable () -> Instant
    private let held = Lock(Held())

    init(
        _ place: PartnerKeyPlace, through transport: any ProviderTransport, logger: Logger,
        now: @escaping @Sendable () -> Instant
    ) {
        self.place = place
        self.transport = transport
        self.logger = logger
        self.now = now
    }

    /// The keys as they are now; nil where that one is not among those that are known, and others cannot be had yet: then nobody can say
    /// whose a report is. Those of before stay where others cannot be had.
    func keys(having identifier: String) async -> ScanningKeys? {
        let at = now().milliseconds
        let (known, isDue) = held.withLock { held -> (ScanningKeys?, Bool) in
            let known = held.keys.flatMap { $0.has(identifier) ? $0 : nil }
            let isStale = known == nil || Self.has(held.fetchedAt, passed: Self.daysMilliseconds, at: at)
            let isDue = isStale && Self.has(held.askedAt, passed: Self.pauseMilliseconds, at: at)
            if isDue { held.askedAt = at }
            return (known, isDue)
        }
        guard isDue, let fetched = await fetch() else { return known }
        held.withLock { held in
            held.keys = fetched
            held.fetchedAt = at
        }
        return fetched
    }

    /// Whether a time is so long ago, or behind a clock that was set back, or never was.
    private static func has(_ time: Int64?, passed milliseconds: Int64, at now: Int64) -> Bool {
        guard let age = time.map({ now.subtractingReportingOverflow($0).partialValue }) else { return true }
        return age < 0 || age >= milliseconds
    }

    private func fetch() async -> ScanningKeys? {
        let document: [UInt8]
        switch place {
        case .file(let path):
            do throws(NamedFile.Problem) {
                document = try NamedFile(path, holds: "The file of keys", isSecret: false, upTo: Self.longest).bytes
            } catch {
                return note(error.description)
            }
        case .published(let host, let target):
            let request = ProviderRequest(
                method: .get, host: host, target: target, headers: [.init("Accept", "application/json")])
            switch await transport.send(request, within: HostAllowList([.host(host)]), timeout: Self.patience) {
            case .answered(let answer) where answer.status == 200: document = answer.body
            case .answered(let answer): return note("status \(answer.status)")
            case .notSent(let code), .lost(let code): return note(code)
            }
        }
        guard document.count <= Self.longest, let keys = ScanningKeys(document) else { return note("no list of keys") }
        return keys
    }

    private func note(_ problem: String) -> ScanningKeys? {
        logger.warning(
            "the keys of who reports leaked secrets cannot be had",
            metadata: ["from": "\(place)", "error": "\(problem)"])
        return nil
    }
}
