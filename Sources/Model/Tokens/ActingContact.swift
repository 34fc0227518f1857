package import CredentialFormat

/// The contact for whom an integration's access token acts, and what said so.
package struct ActingContact: Hashable, Sendable {
    /// The secret of an access key: a rotation gives it another generation.
    package struct Proof: Hashable, Sendable {
        package let accessKey: ID<AccessKey>
        package let generation: Int

        package init(accessKey: ID<AccessKey>, generation: Int) {
            self.accessKey = accessKey
            self.generation = generation
        }
    }

    package let contact: ID<Contact>
    /// Nil for a token that a person made by hand.
    package let proof: Proof?

    package init(_ contact: ID<Contact>, by proof: Proof?) {
        self.contact = contact
        self.proof = proof
    }
}
