package import CredentialFormat
package import Model
package import Persistence

/// One of the members that somebody may go on as.
package struct OrganizationChoice: Hashable, Sendable {
    package let member: ID<Member>
    package let memberName: String
    package let organizationName: String
    /// The name of the account that the organization belongs to.
    package let account: String

    init(_ found: AddressedOrganization) {
        member = found.member.id
        memberName = found.member.name
        organizationName = found.organization
        account = found.account
    }
}

/// Which part of the organizations is asked for that somebody may go on to.
package struct OrganizationListPart: Hashable, Sendable {
    /// What the name of the organization, or of its account, contains; nil for anything.
    package let search: NameSearch?
    /// The last one of the part before.
    package let after: ID<Member>?

    package init(search: String? = nil, after: ID<Member>? = nil) {
        self.search = NameSearch(search)
        self.after = after
    }
}

/// A page of the organizations that somebody may go on to, however many there are.
package struct OrganizationList: Hashable, Sendable {
    /// How many stand on a page.
    package static let pageSize = 20

    package let choices: [OrganizationChoice]
    /// Where the next page begins, nil for none.
    package let next: ID<Member>?
    package let part: OrganizationListPart

    /// Whether all there are stand here: then there is nothing to search in.
    package var isWhole: Bool { next == nil && part == OrganizationListPart() }

    init(
        of email: EmailAddress, by proof: AddressedBy, _ part: OrganizationListPart, tx: borrowing Transaction
    ) throws {
        let found = try tx.addressedOrganizations(
            email, by: proof, matching: part.search, after: part.after, limit: Self.pageSize + 1)
        choices = found.prefix(Self.pageSize).map(OrganizationChoice.init)
        next = found.count > Self.pageSize ? choices.last?.member : nil
        self.part = part
    }
}
