import CredentialFormat
import Credentials
import Events
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

// What was changed, for those who may read the log.

extension WebConsole {
    var auditLogRoutes: [PageRoute] {
        [shown(.auditLog, showAuditLog), shown(.auditFile, showAuditFile), shown(.story, showStory)]
    }

    private func showAuditLog(_ entered: ConsoleVisit) async throws -> PageReply {
        let search = AuditSearch(entered.visit)
        let cursor = entered.visit.parameter("cursor").flatMap { Cursor(parsing: $0) }
        let page = try await store.read(as: entered.actor) { tx -> AuditLogPage in
            let whom = try search.who.map { [try Self.label(of: $0, entered, tx: tx)] }
            guard let filter = search.filter(actors: whom) else {
                return AuditLogPage(
                    AuditLogPlace(entered), Listing(items: [], next: nil), search, error: AuditSearch.dayHint)
            }
            let listing = try audit.listNamed(
                in: entered.organization, isOperatorsOwn: entered.isOperatorsAccount, matching: filter,
                oldestFirst: search.isOldestFirst, page: Model.Page(limit: AuditLogPage.pageSize, after: cursor),
                as: entered.actor, tx: tx)
            let refusal = try search.request.flatMap { request in
                try refused(request, entered, tx: tx)
            }
            let why = refusal.map { refusal in
                PageLink(
                    words: "See why", address: entered.link(.refusal, refusal.requestID, in: refusal.path.last))
            }
            return AuditLogPage(
                AuditLogPlace(entered), listing, search, error: nil, refusal: why, isFirst: cursor == nil)
        }
        return .page(page)
    }

    /// All of it, for the operator's people.
    func showWholeAuditLog(_ entered: OperatorVisit) async throws -> PageReply {
        let search = AuditSearch(entered.visit)
        let cursor = entered.visit.parameter("cursor").flatMap { Cursor(parsing: $0) }
        let place = AuditLogPlace(entered)
        let page = try await store.read(as: entered.actor) { [audit] tx -> AuditLogPage in
            let whom = try search.who.map { try Self.labels(of: $0, tx: tx) }
            guard let filter = search.filter(actors: whom) else {
                return AuditLogPage(place, Listing(items: [], next: nil), search, error: AuditSearch.dayHint)
            }
            let listing = try audit.listAllNamed(
                matching: filter, oldestFirst: search.isOldestFirst,
                page: Model.Page(limit: AuditLogPage.pageSize, after: cursor), as: entered.actor, tx: tx)
            return AuditLogPage(place, listing, search, error: nil, isFirst: cursor == nil)
        }
        return .page(page)
    }

    /// The events of a search as a file, that of one thing too. What is wrong with the search is said on its page.
    private func showAuditFile(_ entered: ConsoleVisit) async throws -> PageReply {
        let search = AuditSearch(entered.visit)
        let file = try await store.read(as: entered.actor) { [audit] tx -> AuditFile? in
            let whom = try search.who.map { [try Self.label(of: $0, entered, tx: tx)] }
            guard let filter = search.filter(actors: whom) else { return nil }
            return try AuditFile(entered.words) { page in
                try audit.listNamed(
                    in: entered.organization, isOperatorsOwn: entered.isOperatorsAccount, matching: filter,
                    oldestFirst: search.isOldestFirst, page: page, as: entered.actor, tx: tx)
            }
        }
        guard let file else { return .redirect(entered.url(.auditLog, query: search.query()), at: site) }
        return .file(file.bytes, AuditFile.type, named: AuditFile.name(at: entered.now))
    }

    /// The same of all accounts, for the operator's people.
    func showWholeAuditFile(_ entered: OperatorVisit) async throws -> PageReply {
        let search = AuditSearch(entered.visit)
        let file = try await store.read(as: entered.actor) { [audit] tx -> AuditFile? in
            let whom = try search.who.map { try Self.labels(of: $0, tx: tx) }
            guard let filter = search.filter(actors: whom) else { return nil }
            return try AuditFile(entered.words) { page in
                try audit.listAllNamed(
                    matching: filter, oldestFirst: search.isOldestFirst, page: page, as: entered.actor, tx: tx)
            }
        }
        // A day that cannot be read is said on the page.
        guard let file else { return try await showWholeAuditLog(entered) }
        return .file(file.bytes, AuditFile.type, named: AuditFile.name(at: entered.now))
    }

    /// The refusal of a request here or below, if there is one that they may see.
    private func refused(
        _ request: String, _ entered: ConsoleVisit, tx: borrowing Transaction
    ) throws -> KeptRefusal? {
        do {
            return try refusals.get(
                request, in: entered.organization.id, includeDescendants: true, as: entered.actor, tx: tx)
        } catch Refusal.notFound, Refusal.forbidden {
            return nil
        }
    }

    /// All that happened to what the address names. Of what nothing is known, there is no page.
    private func showStory(_ entered: ConsoleVisit) async throws -> PageReply {
        guard let thing = entered.visit.segment("thing") else { throw PageProblem.notFound }
        let search = AuditSearch(entered.visit)
        let cursor = entered.visit.parameter("cursor").flatMap { Cursor(parsing: $0) }
        let page = try await store.read(as: entered.actor) { [audit] tx -> AuditLogPage in
            let listing = try audit.listNamed(
                in: entered.organization, isOperatorsOwn: entered.isOperatorsAccount,
                matching: AuditFilter(target: thing), oldestFirst: search.isOldestFirst,
                page: Model.Page(limit: AuditLogPage.pageSize, after: cursor), as: entered.actor, tx: tx)
            guard !listing.items.isEmpty else { throw PageProblem.notFound }
            return AuditLogPage(AuditLogPlace(entered), storyOf: thing, listing, search, isFirst: cursor == nil)
        }
        return .page(page)
    }

    /// As the log has somebody: an identifier, that of the member with an e-mail address here, or the text itself.
    private static func label(
        of text: String, _ entered: ConsoleVisit, tx: borrowing Transaction
    ) throws -> String {
        guard let email = EmailAddress(text) else { return text }
        return try tx.member(email: email, in: entered.organization.id)?.id.description ?? text
    }

    /// The same for an e-mail address that members of several accounts may have.
    private static func labels(of text: String, tx: borrowing Transaction) throws -> [String] {
        guard let email = EmailAddress(text) else { return [text] }
        let members = try tx.addressedMembers(email).prefix(100)
        return members.isEmpty ? [text] : members.map(\.id.description)
    }
}
