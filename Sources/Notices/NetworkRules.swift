import CredentialFormat
import Model
import Persistence
import Policy

/// Whether credentials were used from networks from which they were not before, by the address of their last use. What is used from many
/// networks in between is seen in part, and what is used from everywhere is told of no more.
enum NetworkRules {
    /// So many are known of a credential at most.
    static let mostKnown = 16
    /// Of who is used from more, nobody is told.
    private static let mostTold = 8
    /// One that is used again is written down once in so many seconds.
    private static let freshSeconds = 86_400

    /// What there is to tell of credentials, and what to remember. The first network of a credential is told nobody.
    static func findings(
        of credentials: [WatchedCredential], at now: Instant, tx: borrowing Transaction
    ) throws -> (drafts: [EventDraft], networks: [CredentialNetwork]) {
        let used = credentials.compactMap(Use.init)
        guard !used.isEmpty else { return ([], []) }
        let known = Dictionary(grouping: try tx.networks(of: used.map(\.id)), by: \.credential)
        var (drafts, networks) = ([EventDraft](), [CredentialNetwork]())
        for use in used {
            let before = known[use.id] ?? []
            if let same = before.first(where: { $0.network == use.network }) {
                if same.seenAt.adding(seconds: freshSeconds) <= use.at { networks.append(use.noted) }
                continue
            }
            networks.append(use.noted)
            let isRecent = use.at > now.adding(seconds: -LifecycleRules.windowSeconds)
            if isRecent, (1...mostTold).contains(before.count), !use.credential.isDisabled { drafts.append(use.draft) }
        }
        return (drafts, networks)
    }

    /// The last use of a credential.
    private struct Use {
        let credential: WatchedCredential
        let id: ID<AnyEntity>
        let network: String
        let at: Instant

        init?(_ credential: WatchedCredential) {
            guard let address = credential.usedFrom, let at = credential.usedAt, let id = credential.entity else {
                return nil
            }
            self.credential = credential
            self.id = id
            self.at = at
            network = NetworkRules.network(of: address)
        }

        var noted: CredentialNetwork {
            CredentialNetwork(credential: id, network: network, account: credential.path.root, seenAt: at)
        }

        var draft: EventDraft {
            var members = EventDraft.members(
                of: credential.id, as: credential.kind.rawValue, named: credential.name)
            members += [("network", .text(network)), ("last_used_at", .text(RFC3339.text(of: at)))]
            return EventDraft(
                .newNetwork, subject: credential.id, occasion: network, path: credential.path, at: at, members)
        }
    }

    /// As coarse as providers give addresses to one office: 24 bits of an IPv4 address, 48 of an IPv6 one.
    static func network(of address: IPAddress) -> String {
        switch address.family {
        case .v4: "\(IPAddress(v4: UInt32(truncatingIfNeeded: (address.bits >> 8) << 8)))/24"
        case .v6: "\(IPAddress(v6: (address.bits >> 80) << 80))/48"
        }
    }
}

extension WatchedCredential {
    fileprivate var entity: ID<AnyEntity>? {
        let value =
            switch kind {
            case .apiKey: ID<APIKey>(parsing: id)?.value
            case .integration: ID<Integration>(parsing: id)?.value
            case .accessKey: ID<AccessKey>(parsing: id)?.value
            }
        return value.map { ID(value: $0) }
    }
}
