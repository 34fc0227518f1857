import CredentialFormat
import Model
import Organizations
import Persistence

extension Reconciliation {
    mutating func bring(_ list: DesiredList<DesiredAccount>, tx: borrowing Transaction) throws {
        let (services, actor) = (services, actor)
        let found = try Self.all { page in try services.accounts.list(page: page, as: actor, tx: tx) }
        let (pairs, rest) = match(list, among: found)
        for (wanted, account) in pairs {
            try noting(wanted.head.places) { run in try run.bring(wanted, account, tx: tx) }
        }
        try prune(rest.filter { !$0.isOperator }, at: list.place, within: []) { account in
            try services.accounts.delete(account.id, as: actor, tx: tx)
        }
    }

    private mutating func bring(_ wanted: DesiredAccount, _ found: Account?, tx: borrowing Transaction) throws {
        let (services, actor) = (services, actor)
        let name = wanted.head.name
        let account: Account
        if let found {
            account = try services.accounts.edit(
                found.id,
                AccountEdit(
                    name: name, plan: wanted.plan, suspended: wanted.suspended, timeZone: wanted.timeZone),
                as: actor, tx: tx)
            noteChange(from: found, to: account, within: [])
        } else {
            var made = try services.accounts.create(
                AccountDraft(name: name, plan: wanted.plan ?? nil, timeZone: wanted.timeZone ?? nil), as: actor,
                tx: tx)
            if wanted.suspended == true {
                made = try services.accounts.edit(made.id, AccountEdit(suspended: true), as: actor, tx: tx)
            }
            account = made
            noteCreation(of: account, within: [])
        }
        let tree =
            found == nil || wanted.content.organizations == nil
            ? []
            : try Self.all { page in
                try services.organizations.list(within: account.id, page: page, as: actor, tx: tx)
            }
        try bring(wanted.content, in: account.organization, of: tree, within: [name], tx: tx)
    }

    /// - Parameters:
    ///   - tree: The organizations of the account before.
    ///   - within: The names of the organization and those above it.
    private mutating func bring(
        _ content: DesiredContent, in organization: Organization, of tree: [Organization], within: [String],
        tx: borrowing Transaction
    ) throws {
        if let organizations = content.organizations {
            try bring(organizations, below: organization, of: tree, within: within, tx: tx)
        }
        if let members = content.members { try bring(members, in: organization, within: within, tx: tx) }
        if let integrations = content.integrations {
            try bring(integrations, in: organization, within: within, tx: tx)
        }
        if let apps = content.apps { try bring(apps, in: organization, within: within, tx: tx) }
    }

    private mutating func bring(
        _ list: DesiredList<DesiredOrganization>, below parent: Organization, of tree: [Organization],
        within: [String], tx: borrowing Transaction
    ) throws {
        let (services, actor) = (services, actor)
        let (pairs, rest) = match(list, among: tree.filter { $0.parent == parent.id })
        try prune(rest, at: list.place, within: within) { organization in
            try services.organizations.delete(organization.id, as: actor, tx: tx)
        }
        for (wanted, found) in pairs {
            try noting(wanted.head.places) { run in
                let name = wanted.head.name
                let organization: Organization
                if let found {
                    organization = try services.organizations.rename(found.id, to: name, as: actor, tx: tx)
                    run.noteChange(from: found, to: organization, within: within)
                } else {
                    organization = try services.organizations.create(
                        name: name, below: parent.id, as: actor, tx: tx)
                    run.noteCreation(of: organization, within: within)
                }
                try run.bring(wanted.content, in: organization, of: tree, within: within + [name], tx: tx)
            }
        }
    }

    /// New ones come before others go: somebody must be left who may let others in.
    private mutating func bring(
        _ list: DesiredList<DesiredMember>, in organization: Organization, within: [String],
        tx: borrowing Transaction
    ) throws {
        let (services, actor) = (services, actor)
        let found = try Self.all { page in
            try services.members.list(in: organization.id, page: page, as: actor, tx: tx)
        }
        let known = Dictionary(found.map { ($0.email, $0) }) { first, _ in first }
        for wanted in list.items {
            try noting(wanted.places) { run in
                if let member = known[wanted.email] {
                    let edited = try services.members.edit(
                        member.id, in: organization.id,
                        MemberEdit(
                            name: wanted.name, roles: wanted.roles, permissions: wanted.permissions,
                            isEmailVerified: wanted.isEmailVerified), as: actor, tx: tx)
                    run.noteChange(from: member, to: edited, within: within)
                } else {
                    let made = try services.members.create(
                        MemberDraft(
                            email: wanted.email.text, name: wanted.name, roles: wanted.roles,
                            permissions: wanted.permissions ?? [], isEmailVerified: wanted.isEmailVerified),
                        in: organization.id, as: actor, tx: tx)
                    run.noteCreation(of: made, within: within)
                }
            }
        }
        let wanted = Set(list.items.map(\.email))
        try prune(found.filter { !wanted.contains($0.email) }, at: list.place, within: within) { member in
            try services.members.delete(member.id, in: organization.id, as: actor, tx: tx)
        }
    }
}
