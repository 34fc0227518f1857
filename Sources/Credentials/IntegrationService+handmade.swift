package import CredentialFormat
import Events
package import Model
package import Persistence
package import Policy
import ProductDefinition

/// What an access token made by hand says. The caller seals or signs it once the transaction is committed.
package struct HandmadeToken: Sendable {
    package let id: ID<AccessToken>
    package let integration: Integration
    package let account: ID<Organization>
    package let scopes: ScopeSet
    /// For whom it acts, nil for the integration itself.
    package let contact: ID<Contact>?
    package let issuedAt: Instant
    package let expiresAt: Instant

    /// The token for these audiences.
    package func accessToken(for audiences: [String]) -> AccessToken {
        AccessToken(
            id: id, holder: .integration(integration.id), account: account, organization: integration.organization,
            subject: nil, contact: contact.map { ActingContact($0, by: nil) }, scopes: scopes,
            audiences: audiences, issuedAt: issuedAt, expiresAt: expiresAt)
    }
}

extension IntegrationService {
    /// Judges and notes that a person makes an access token by hand.
    ///
    /// - Parameters:
    ///   - scopes: Some of the integration's, nil for all. The actor needs the management rights among them.
    ///   - contact: The identifier of the contact of the organization for whom the token is to act, which is for those to say who
    ///     may manage contacts. A member who is a contact themself may always say so, and need not where somebody must be said.
    package func recordHandmadeToken(
        of id: ID<Integration>, in organizationID: ID<Organization>, scopes: [String]? = nil, contact: String? = nil,
        as actor: Actor, tx: borrowing Transaction
    ) throws -> HandmadeToken {
        let (integration, organization) = try find(
            id, in: organizationID, where: actor, may: .integrationsManage, tx: tx)
        guard integration.disabling == nil else { throw Refusal.disabled }
        var checks = FieldChecks()
        let wanted = scopes.map { checks.scopes($0, of: product) } ?? integration.scopes
        checks.require(
            wanted.isSubset(of: integration.scopes), "scopes", "not_held",
            "Must be scopes of the \(product.words[.integration].singular).")
        let contact = try self.contact(contact, in: organization, as: actor, &checks, tx: tx)
        try checks.finish()
        try actor.requiresRights(in: wanted)
        try tx.terms(of: organization.account, in: product).require(.apiAccess)
        let now = now()
        let token = HandmadeToken(
            id: ID(at: now.milliseconds), integration: integration, account: organization.account, scopes: wanted,
            contact: contact?.id, issuedAt: now,
            expiresAt: now.adding(
                seconds: min(
                    integration.accessTokenSeconds ?? product.policy.accessTokenSeconds,
                    product.policy.accessTokenMaximumSeconds)))
        var details = ["token": token.id.description, "scopes": wanted.text]
        if let contact { details["contact"] = contact.id.description }
        try tx.record(.integrationTokenIssued, target: id, in: organizationID, details: details, by: actor, at: now)
        return token
    }

    /// Those for whom the actor may have a token of an organization act, oldest first: its contacts that are not disabled, for
    /// who manages contacts; else themself, if they are one of them. None where the product has no access keys.
    package func contactsForTokens(
        in id: ID<Organization>, limit: Int, as actor: Actor, tx: borrowing Transaction
    ) throws -> [Contact] {
        let organization = try tx.organization(id, where: actor, may: .integrationsManage)
        guard product.policy.accessKeys != .off else { return [] }
        if actor.may(.contactsManage, in: organization.path) {
            return try tx.enabledContacts(of: id, limit: limit)
        }
        return try own(of: actor, in: organization, tx: tx).map { $0.disabledAt == nil ? [$0] : [] } ?? []
    }

    /// The contact that who acts is themself in an organization.
    private func own(of actor: Actor, in organization: Organization, tx: borrowing Transaction) throws -> Contact? {
        guard let member = actor.member, let found = try tx.contact(of: member) else { return nil }
        return found.organization == organization.id ? found : nil
    }

    /// For whom a token made by hand acts: the same rule as for those that the token endpoint issues.
    private func contact(
        _ text: String?, in organization: Organization, as actor: Actor, _ checks: inout FieldChecks,
        tx: borrowing Transaction
    ) throws -> Contact? {
        let field = "contact_id"
        let own = try own(of: actor, in: organization, tx: tx)
        let contact: Contact
        switch (text, product.policy.accessKeys) {
        case (.some, .off):
            checks.refuse(
                field, "not_accepted", "\(product.words[.integration].capitalizedPlural) act for themselves alone here."
            )
            return nil
        case (.none, .off), (.none, .optional): return nil
        case (.none, .required):
            guard let own else {
                checks.refuse(
                    field, "required", "Must be given: the \(product.words[.contact].singular) for whom the token acts."
                )
                return nil
            }
            contact = own
        case (.some(let text), .optional), (.some(let text), .required):
            if let own, own.id.description == text {
                contact = own
            } else {
                try actor.requires(.contactsManage, in: organization.path)
                guard let id = ID<Contact>(parsing: text), let found = try tx.contact(id),
                    found.organization == organization.id
                else {
                    checks.refuse(
                        field, "unknown",
                        "Is no \(product.words[.contact].singular) of this \(product.words[.organization].singular).")
                    return nil
                }
                contact = found
            }
        }
        checks.require(contact.disabledAt == nil, field, "disabled", "Is disabled.")
        return contact
    }
}
