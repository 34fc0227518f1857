package import CredentialFormat
package import Model
package import Persistence
import Policy
package import ProductDefinition

/// Tells members by mail what changed in how they sign in, so that whoever did not do it themselves hears of it. Nobody waits for
/// these letters, and a bounded number is on its way (law 7); there is no link in them that could be imitated.
package struct OwnerLetters: Sendable {
    /// What there is to tell.
    package enum Event: Hashable, Sendable {
        case passwordChanged
        case secondFactorAdded
        case secondFactorRemoved
        /// Told to the address that it was before, which may be that of somebody else by now: so it does not say which it is.
        case emailChanged(from: EmailAddress)
        /// A sign-in from a network from which there was none before.
        case newNetwork(MemberSession)

        fileprivate var subject: String {
            switch self {
            case .passwordChanged: "Your password was changed"
            case .secondFactorAdded: "Two-step verification was turned on"
            case .secondFactorRemoved: "Two-step verification was turned off"
            case .emailChanged: "Your e-mail address was changed"
            case .newNetwork: "New sign-in to your account"
            }
        }

        fileprivate var words: String {
            switch self {
            case .passwordChanged:
                "Your password was changed. Everyone who was signed in with the old one has been signed out."
            case .secondFactorAdded:
                "An authenticator app was added. From now on you’ll be asked for its code when you sign in."
            case .secondFactorRemoved:
                "Your authenticator app was removed. From now on you sign in with your password alone."
            case .emailChanged:
                "Your e-mail address was changed. You no longer sign in with this one, and no more letters come here."
            case .newNetwork(let session):
                """
                Somebody signed in to your account from a network that you haven’t used before: \
                \(session.address?.description ?? "an unknown address"), \(session.userAgent ?? "an unknown browser").
                """
            }
        }

        /// Where it is told, nil for the address that the member has.
        fileprivate var address: EmailAddress? {
            if case .emailChanged(let former) = self { former } else { nil }
        }
    }

    private let store: any Store
    private let product: Product
    private let outbox: Outbox?

    /// - Parameters:
    ///   - postman: Who takes mail, nil where nobody does: then nobody is told.
    ///   - failed: Is told why a letter was not taken, for the log.
    package init(
        store: any Store, product: Product, postman: (any Postman)?,
        failed: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        self.store = store
        self.product = product
        outbox = postman.map { Outbox($0, report: failed) }
    }

    /// Tells a member. For after the transaction that did it.
    package func tell(_ id: ID<Member>, _ event: Event) {
        outbox?.post { [store, product] in
            try await store.read { tx in
                guard let member = try tx.member(id), let organization = try tx.organization(member.organization) else {
                    return nil
                }
                return Letter(
                    to: event.address ?? member.email, subject: "\(product.name): \(event.subject)",
                    body: """
                        Hello \(member.name),

                        This is about your account at \(organization.name) on \(product.name).

                        \(event.words)

                        If this wasn’t you, and no admin of your \(product.words[.organization].singular) did it for you, tell an admin right away.

                        """)
            }
        }
    }
}
