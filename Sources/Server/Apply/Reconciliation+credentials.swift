import CredentialFormat
import Credentials
import Model
import Persistence

extension Reconciliation {
    mutating func bring(_ list: DesiredList<DesiredResourceServer>, tx: borrowing Transaction) throws {
        let (services, actor) = (services, actor)
        let found = try Self.all { page in try services.resourceServers.list(page: page, as: actor, tx: tx) }
        let (pairs, rest) = match(list, among: found)
        try prune(rest, at: list.place, within: []) { server in
            try services.resourceServers.delete(server.id, as: actor, tx: tx)
        }
        for (wanted, found) in pairs {
            let name = wanted.head.name
            try noting(wanted.head.places) { run in
                if let found {
                    let edited = try services.resourceServers.edit(
                        found.id, ResourceServerEdit(name: name, audiences: wanted.audiences), as: actor, tx: tx)
                    run.noteChange(from: found, to: edited, within: [])
                } else {
                    let issued = try services.resourceServers.create(
                        ResourceServerDraft(name: name, audiences: wanted.audiences), as: actor, tx: tx)
                    run.note(issued.credential, issued, within: [])
                }
            }
        }
    }

    mutating func bring(
        _ list: DesiredList<DesiredIntegration>, in organization: Organization, within: [String],
        tx: borrowing Transaction
    ) throws {
        let (services, actor) = (services, actor)
        let found = try Self.all { page in
            try services.integrations.list(in: organization.id, page: page, as: actor, tx: tx)
        }
        let (pairs, rest) = match(list, among: found)
        try prune(rest, at: list.place, within: within) { integration in
            try services.integrations.delete(integration.id, in: organization.id, as: actor, tx: tx)
        }
        for (wanted, found) in pairs {
            try noting(wanted.head.places) { run in
                if let found {
                    let edited = try services.integrations.edit(
                        found.id, in: organization.id, wanted.edit, as: actor, tx: tx)
                    run.noteChange(from: found, to: edited, within: within)
                } else {
                    let issued = try services.integrations.create(
                        wanted.draft, in: organization.id, as: actor, tx: tx)
                    run.note(issued.credential, issued, within: within)
                }
            }
        }
    }

    mutating func bring(
        _ list: DesiredList<DesiredApp>, in organization: Organization, within: [String], tx: borrowing Transaction
    ) throws {
        let (services, actor) = (services, actor)
        let found = try Self.all { page in
            try services.apps.list(in: organization.id, page: page, as: actor, tx: tx)
        }
        let (pairs, rest) = match(list, among: found)
        try prune(rest, at: list.place, within: within) { app in
            try services.apps.delete(app.id, in: organization.id, as: actor, tx: tx)
        }
        for (wanted, found) in pairs {
            try noting(wanted.head.places) { run in
                if let found {
                    let edited = try services.apps.edit(
                        found.id, in: organization.id, wanted.edit, as: actor, tx: tx)
                    run.noteChange(from: found, to: edited, within: within)
                } else {
                    let (app, issued) = try services.apps.create(
                        wanted.draft, in: organization.id, as: actor, tx: tx)
                    run.note(app, issued, within: within)
                }
            }
        }
    }

    /// Notes a client that was made, with its secret if it has one.
    private mutating func note<Thing: AppliedThing>(
        _ made: Thing, _ issued: Issued<some Sendable>?, within: [String]
    ) {
        noteCreation(of: made, within: within)
        guard let issued else { return }
        note(
            AppliedSecret(
                kind: Thing.appliedKind, name: made.appliedName, within: within, clientID: made.appliedID,
                clientSecret: issued.secret))
    }
}

extension DesiredIntegration {
    fileprivate var draft: IntegrationDraft {
        IntegrationDraft(
            label: head.name, scopes: edit.scopes, allowedAddresses: edit.allowedAddresses,
            accessTokenSeconds: edit.accessTokenSeconds ?? nil, tokenFormat: edit.tokenFormat,
            callLimit: edit.callLimit ?? nil)
    }
}

extension DesiredApp {
    fileprivate var draft: AppDraft {
        AppDraft(
            name: head.name, redirectURIs: redirectURIs, scopes: scopes,
            authenticationMethod: edit.authenticationMethod ?? nil, requiresPKCE: edit.requiresPKCE,
            postLogoutRedirectURIs: edit.postLogoutRedirectURIs ?? [], availableTo: edit.availableTo,
            logoURI: edit.logoURI ?? nil, clientURI: edit.clientURI ?? nil, policyURI: edit.policyURI ?? nil,
            termsURI: edit.termsURI ?? nil, accessTokenSeconds: edit.accessTokenSeconds ?? nil,
            refreshTokenSeconds: edit.refreshTokenSeconds ?? nil, tokenFormat: edit.tokenFormat,
            idTokenAlgorithm: edit.idTokenAlgorithm, callLimit: edit.callLimit ?? nil)
    }
}
