import Locking
import Logging
import Model
import Outbound
import ProviderDefinition
import Tokens

/// The keys by which a partner signs its reports of leaked secrets, fetched when a report names one that is not known, and once a day. Not
/// oftener than once a minute, whatever comes: reports are anybody's until their signature is good (threat K8).
final class PartnerKeys: Sendable {
    /// A list may be so long, in bytes.
    private static let longest = 65_536
    private static let patience = Duration.seconds(10)
    private static let pauseMilliseconds: Int64 = 60_000
    private static let daysMilliseconds: Int64 = 86_400_000

    private struct Held {
        var keys: ScanningKeys?
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

    /// The keys, nil as long as none could be had. Those of before stay where others cannot be had.
    func keys(having identifier: String) async -> ScanningKeys? {
        let at = now().milliseconds
        let (known, isDue) = held.withLock { held -> (ScanningKeys?, Bool) in
            let age = held.askedAt.map { at.subtractingReportingOverflow($0).partialValue }
            let isKnown = held.keys?.has(identifier) ?? false
            let isDue = age.map { $0 < 0 || $0 >= (isKnown ? Self.daysMilliseconds : Self.pauseMilliseconds) } ?? true
            if isDue { held.askedAt = at }
            return (held.keys, isDue)
        }
        guard isDue else { return known }
        guard let fetched = await fetch() else { return known }
        held.withLock { $0.keys = fetched }
        return fetched
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
