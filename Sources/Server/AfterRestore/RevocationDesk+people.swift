import CredentialFormat
import Events
import Model
import Organizations
import Persistence
import SignIn

extension RevocationDesk {
    func repeated(
        _ deed: Revocation.Deed, on id: ID<Contact>, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let contact = try tx.contact(id) else { return false }
        let service = ContactService(now: now)
        switch deed {
        case .end: try service.delete(id, in: contact.organization, as: actor, tx: tx)
        case .disable:
            guard contact.disabledAt == nil else { return false }
            _ = try service.disable(id, in: contact.organization, as: actor, tx: tx)
        case .replaceSecret, .endSecret, .narrow, .forgetPassword, .endSessions, .endLinks, .revokeToken, .replaceKeys:
            throw Self.unknown
        }
        return true
    }

    func repeated(
        _ deed: Revocation.Deed, on id: ID<Member>, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let member = try tx.member(id) else { return false }
        let service = MembershipService(product: product, now: now)
        switch deed {
        case .end: try service.delete(id, in: member.organization, force: true, as: actor, tx: tx)
        case .narrow(_, let roles?, let permissions?):
            let edit = MemberEdit(
                roles: member.roles.filter(roles.contains), permissions: member.permissions.filter(permissions.contains)
            )
            guard edit.roles != member.roles || edit.permissions != member.permissions else { return false }
            _ = try service.edit(id, in: member.organization, edit, force: true, as: actor, tx: tx)
        case .narrow, .disable, .replaceSecret, .endSecret, .forgetPassword, .endSessions, .endLinks, .revokeToken,
            .replaceKeys:
            throw Self.unknown
        }
        return true
    }

    func repeated(
        _ deed: Revocation.Deed, on id: ID<Organization>, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        let account = try tx.account(id)
        switch deed {
        case .end where account == nil:
            guard try tx.organization(id) != nil else { return false }
            try OrganizationService(product: product, now: now).delete(id, as: actor, tx: tx)
        case .end: try AccountService(product: product, now: now).delete(id, as: actor, tx: tx)
        case .disable:
            guard let account, account.suspendedAt == nil else { return false }
            _ = try AccountService(product: product, now: now).edit(
                id, AccountEdit(suspended: true), as: actor, tx: tx)
        case .replaceSecret, .endSecret, .narrow, .forgetPassword, .endSessions, .endLinks, .revokeToken, .replaceKeys:
            throw Self.unknown
        }
        return true
    }

    /// What came back is a password that was given up, or a link that was used. One that was set since is theirs.
    func forgetPassword(
        of text: String, since time: Instant, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let id = ID<Member>(parsing: text), let member = try tx.member(id) else { return false }
        if let setAt = try tx.passwordSetAt(id), setAt > time { return false }
        _ = try MembershipService(product: product, now: now).edit(
            id, in: member.organization, MemberEdit(password: .removed), force: true, as: actor, tx: tx)
        return true
    }

    /// Those that began before, which may be the one that ended.
    func endSessions(
        of text: String, since time: Instant, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let id = ID<Member>(parsing: text), let member = try tx.member(id) else { return false }
        let sessions = try tx.memberSessions(of: id, limit: 2 * SessionService.maximumPerMember)
        var count = 0
        for session in sessions where session.createdAt <= time {
            if try tx.delete(session.id, of: id) { count += 1 }
        }
        guard count > 0 else { return false }
        try tx.record(
            .sessionEnded, target: id, in: member.organization, details: ["sessions": "\(count)"], by: actor,
            at: now())
        return true
    }

    /// Those that were made before, which the new one ended. The new one is unknown to the database.
    func endLinks(
        of text: String, for purpose: String, since time: Instant, by actor: Actor, _ tx: borrowing Transaction
    ) throws -> Bool {
        guard let id = ID<Member>(parsing: text), let member = try tx.member(id) else { return false }
        guard let purpose = OneTimeLink.Purpose(rawValue: purpose) else { throw Self.unknown }
        let count = try tx.deleteOpenLinks(of: id, for: purpose, madeUntil: time)
        guard count > 0 else { return false }
        try tx.record(
            .memberChanged, target: id, in: member.organization,
            details: ["fields": "links", "ended": purpose.rawValue, "links": "\(count)"], by: actor, at: now())
        return true
    }
}
