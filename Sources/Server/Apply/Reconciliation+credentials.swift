import CredentialFormat
import Credentials
import Model
import Persistence

extension Reconciliation {
    mutating func bring(_ list: DesiredList<DesiredResourceServer>, tx: borrowing Transaction) throws {
        let (services, actor) = (services, actor)
        let found = try Self.all { page in try services.resourceServers.list(page: page, as: actor, tx: tx) }
        let (pairs, rest) = match(list, among: found, id: \.id.description, name: \.name)
        try prune(rest, .resourceServer, at: list.place, within: [], id: \.id.description, name: \.name) { server in
            try services.resourceServers.delete(server.id, as: actor, tx: tx)
        }
        for (wanted, found) in pairs {
            let name = wanted.head.name
            try noting(wanted.head.places) { run in
                if let found {
                    let edited = try services.resourceServers.edit(
                        found.id, ResourceServerEdit(name: name, audiences: wanted.audiences), as: actor, tx: tx)
                    run.noteChange(
                        of: .resourceServer, found.name, within: [], id: found.id.description,
                        from: found.appliedFields, to: edited.appliedFields)
                } else {
                    let issued = try services.resourceServers.create(
                        ResourceServerDraft(name: name, audiences: wanted.audiences), as: actor, tx: tx)
                    run.note(
                        issued, id: issued.credential.id.description, of: .resourceServer, name, within: [],
                        issued.credential.appliedFields)
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
        let (pairs, rest) = match(list, among: found, id: \.id.description, name: \.label)
        try prune(rest, .integration, at: list.place, within: within, id: \.id.description, name: \.label) {
            integration in
            try services.integrations.delete(integration.id, in: organization.id, as: actor, tx: tx)
        }
        for (wanted, found) in pairs {
            try noting(wanted.head.places) { run in
                if let found {
                    let edited = try services.integrations.edit(
                        found.id, in: organization.id, wanted.edit, as: actor, tx: tx)
                    run.noteChange(
                        of: .integration, found.label, within: within, id: found.id.description,
                        from: found.appliedFields, to: edited.appliedFields)
                } else {
                    let issued = try services.integrations.create(
                        wanted.draft, in: organization.id, as: actor, tx: tx)
                    run.note(
                        issued, id: issued.credential.id.description, of: .integration, wanted.head.name,
                        within: within, issued.credential.appliedFields)
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
        let (pairs, rest) = match(list, among: found, id: \.id.description, name: \.name)
        try prune(rest, .app, at: list.place, within: within, id: \.id.description, name: \.name) { app in
            try services.apps.delete(app.id, in: organization.id, as: actor, tx: tx)
        }
        for (wanted, found) in pairs {
            try noting(wanted.head.places) { run in
                if let found {
                    let edited = try services.apps.edit(
                        found.id, in: organization.id, wanted.edit, as: actor, tx: tx)
                    run.noteChange(
                        of: .app, found.name, within: within, id: found.id.description, from: found.appliedFields,
                        to: edited.appliedFields)
                } else {
                    let (app, issued) = try services.apps.create(
                        wanted.draft, in: organization.id, as: actor, tx: tx)
                    run.note(
                        issued, id: app.id.description, of: .app, wanted.head.name, within: within,
                        app.appliedFields)
                }
            }
        }
    }

    /// Notes a client that was made, with its secret if it has one.
    private mutating func note(
        _ issued: Issued<some Sendable>?, id: String, of kind: AppliedKind, _ name: String, within: [String],
        _ fields: [AppliedField]
    ) {
        noteCreation(of: kind, name, within: within, id: id, fields)
        guard let issued else { return }
        note(AppliedSecret(kind: kind, name: name, within: within, clientID: id, clientSecret: issued.secret))
    }
}

extension DesiredIntegration {
    fileprivate var draft: IntegrationDraft {
        IntegrationDraft(
            label: head.name, scopes: edit.scopes, allowedAddresses: edit.allowedAddresses,
            accessTokenSeconds: edit.accessTokenSeconds ?? nil, tokenFormat: edit.tokenFormat)
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
            idTokenAlgorithm: edit.idTokenAlgorithm)
    }
}
