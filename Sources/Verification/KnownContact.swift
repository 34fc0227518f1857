package import CredentialFormat
package import Model
import Persistence

/// What memory knows of a contact and its access keys: all that it takes to judge whom an integration acts for.
package final class KnownContact: Sendable {
    private struct Key: Sendable {
        let generation: Int
        let isDisabled: Bool
    }

    package let id: ID<Contact>
    package let organization: ID<Organization>
    /// The identifier as text.
    package let identifierText: String
    private let isDisabled: Bool
    private let keys: [ID<AccessKey>: Key]
    /// Which credential counts it too.
    let firstHolder = FirstHolder()
    private let validity: Validity

    /// About how many bytes one takes at least, with what ends it.
    static let leastBytes = 384
    /// About how many bytes it takes.
    var bytes: Int { Self.leastBytes + keys.count * 96 }

    init(_ stored: ContactForVerification, validity: Validity) {
        id = stored.contact.id
        organization = stored.contact.organization
        identifierText = stored.contact.id.description
        isDisabled = stored.contact.disabledAt != nil
        keys = Dictionary(
            stored.accessKeys.map { ($0.id, Key(generation: $0.generation, isDisabled: $0.disabledAt != nil)) },
            uniquingKeysWith: { first, _ in first })
        self.validity = validity
    }

    /// Whether nothing was announced about it or one of its access keys since it was read.
    package var isCurrent: Bool { validity.holds }

    /// What a token or a token request is worth that acts for it.
    package enum Standing: Sendable {
        case good
        case disabled
        /// The access key is gone, or has another secret by now.
        case gone
    }

    /// What it is worth to act for it on this proof, nil for what a person made by hand.
    package func standing(by proof: ActingContact.Proof?) -> Standing {
        guard let proof else { return isDisabled ? .disabled : .good }
        guard let key = keys[proof.accessKey], key.generation == proof.generation else { return .gone }
        return isDisabled || key.isDisabled ? .disabled : .good
    }

    /// The generation of one of its access keys, nil where it has none of that identifier.
    func generation(of key: ID<AccessKey>) -> Int? { keys[key]?.generation }
}

/// What memory knows of an access key by its text.
package final class KnownAccessKey: Sendable {
    package let contact: KnownContact
    package let proof: ActingContact.Proof
    /// Where its uses are counted.
    package let usage: UsageCell

    /// About how many bytes it takes.
    var bytes: Int { 320 }

    /// - Parameter last: The access key as it was known before. Its uses go on being counted in the same place.
    init(of contact: KnownContact, _ proof: ActingContact.Proof, after last: KnownAccessKey?) {
        self.contact = contact
        self.proof = proof
        usage = last?.usage ?? UsageCell(.accessKey(proof.accessKey))
    }

    /// Whether it may be used: neither it nor its contact is disabled or gone.
    package var isGood: Bool {
        if case .good = contact.standing(by: proof) { true } else { false }
    }
}
