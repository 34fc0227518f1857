import CredentialFormat
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Tokens
import Verification

/// The keys of the ring, with their ages.
struct KeyRingPage: Page {
    static let template = PageTemplate.keyRing
    static let scripts: [Script] = [.menus, .times]
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let purpose: String
        let version: String
        let made: TimeWords
        let used: String
        let retires: String?
        let isNewest: Bool
    }

    let shell: Shell?
    let pageHead: PageHead
    let rows: [Row]
    var notice: Notice?

    init(_ entered: OperatorVisit, _ keys: [KeyRingRow]) {
        shell = entered.shell()
        pageHead = PageHead(
            title: "Key ring",
            lead:
                "What tokens are sealed and signed with, and secrets digested. The command “claviger keys rotate” makes new ones.",
            action: nil, reason: nil)
        let newest = Dictionary(keys.filter { $0.usedFrom <= entered.now }.map { ($0.purpose, $0.version) }) {
            max($0, $1)
        }
        rows = keys.map { key in
            Row(
                purpose: KeyPurpose(rawValue: key.purpose)?.words ?? key.purpose, version: "\(key.version)",
                made: TimeWords(key.createdAt, now: entered.now),
                used: key.usedFrom > entered.now ? "From \(DateWords.minute(key.usedFrom))" : "In use",
                retires: key.retiresAt.map { $0 > entered.now ? "Retires \(DateWords.minute($0))" : "Retired" },
                isNewest: newest[key.purpose] == key.version)
        }
    }
}

extension KeyPurpose {
    fileprivate var words: String {
        switch self {
        case .pepper: "Digests secrets"
        case .sealing: "Seals access tokens"
        case .refresh: "Seals refresh tokens"
        case .signing: "Signs tokens (ES256)"
        case .signingEdDSA: "Signs ID tokens (EdDSA)"
        case .signingRS256: "Signs ID tokens (RS256)"
        case .replies: "Seals replies that may be repeated"
        case .secrets: "Seals secrets that are opened again"
        case .clientSecrets: "Seals secrets that people may see again"
        case .fingerprints: "Finds sealed secrets again without opening them"
        case .auditLog: "Signs the audit logs"
        }
    }
}
