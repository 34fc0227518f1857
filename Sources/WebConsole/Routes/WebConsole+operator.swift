import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import SignIn
import Verification

// What the operator's own people see. To everybody else none of it exists.

extension WebConsole {
    var operatorRoutes: [PageRoute] {
        [
            shown(.accounts, showAccounts),
            shown(.newAccount) { entered in .page(AccountFormPage(entered, nil)) },
            taken(.newAccount, takeAccount),
            shown(.account) { entered in .page(AccountFormPage(entered, try await account(entered))) },
            taken(.account, takeAccountEdit),
            shown(.suspendAccount) { entered in .page(SuspendAccountPage(entered, try await account(entered))) },
            taken(.suspendAccount, takeSuspension),
            shown(.product) { entered in .page(ProductPage(entered)) },
            shown(.auditLog, showWholeAuditLog),
            shown(.auditFile, showWholeAuditFile),
            shown(.nodes) { entered in
                // Asked first: whoever answers has just been heard.
                let confirmation = await confirm(.seconds(1))
                let (agreed, known) = try await store.read(as: entered.actor) { tx in
                    (try tx.installation()?.definition, try tx.knownNodes())
                }
                let census = NodeCensus(known.nodes, leftOut: known.leftOut)
                return .page(NodesPage(entered, confirmation, nodes(), agreed: agreed, census))
            },
            shown(.keyRing) { entered in
                .page(KeyRingPage(entered, try await store.read(as: entered.actor) { tx in try tx.keyRingRows() }))
            },
        ] + resourceServerRoutes + providerRoutes
    }

    /// A page that is shown to those of the operator's people who may see it.
    func shown(
        _ page: OperatorPage, _ answer: @escaping @Sendable (OperatorVisit) async throws -> PageReply
    ) -> PageRoute {
        PageRoute(
            path: page.pattern, place: .fixed(.operating(page.isAbout ? page.above : page, "-")),
            work: .shown { visit in
                if let reply = replyWithoutSecret(visit) { return reply }
                var entered = try enter(visit, page)
                entered.heard = await heard(of: visit.done)
                let seen = entered
                return try await hiding { try await answer(seen).saying(visit.done, at: site) }
            })
    }

    /// A form that is taken from those who may see its page.
    func taken(
        _ page: OperatorPage, _ answer: @escaping @Sendable (OperatorVisit, PageForm) async throws -> PageReply
    ) -> PageRoute {
        PageRoute(
            path: page.pattern, place: .fixed(.operating(page.isAbout ? page.above : page, "-")),
            work: .taken(.manage) { visit, form in
                let entered = try enter(visit, page)
                return try await hiding { try await answer(entered, form) }
            })
    }

    private func hiding(_ answer: () async throws -> PageReply) async throws -> PageReply {
        do { return try await answer() } catch Refusal.notFound, Refusal.forbidden { throw PageProblem.notFound }
    }

    private func showAccounts(_ entered: OperatorVisit) async throws -> PageReply {
        let filters = AccountList.filters(product)
        let request = ListRequest(
            entered.visit, filters: filters.map(\.name), columns: AccountQuery.Order.allCases.map(\.rawValue))
        let query = AccountList.query(request, product)
        let found = try await store.read(as: entered.actor) { [accounts] tx in
            try accounts.list(query, limit: AccountList.pageSize, as: entered.actor, tx: tx)
        }
        return .page(AccountList.page(entered, request, filters, found))
    }

    private func account(_ entered: OperatorVisit) async throws -> Account {
        let id: ID<Organization> = try entered.id()
        return try await store.read(as: entered.actor) { [accounts] tx in
            try accounts.get(id, as: entered.actor, tx: tx)
        }
    }

    private func takeAccount(_ entered: OperatorVisit, _ form: PageForm) async throws -> PageReply {
        let draft = AccountDraft(name: form.text("name"), plan: form["plan"], timeZone: form["time_zone"])
        do {
            return try await doneOnce(
                entered.visit, form, as: entered.actor, next: .operating(.accounts, "-"), .accountCreated
            ) { [accounts] tx in
                _ = try accounts.create(draft, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            guard let errors = refusal.fieldErrors(emailTakenAt: "") else { throw refusal }
            return .page(
                AccountFormPage(
                    entered, nil, name: form.text("name"), plan: form.text("plan"), timeZone: form.text("time_zone"),
                    errors),
                .unprocessableContent)
        }
    }

    private func takeAccountEdit(_ entered: OperatorVisit, _ form: PageForm) async throws -> PageReply {
        let before = try await account(entered)
        do {
            _ = try await store.write(as: entered.actor) { [accounts] tx in
                try accounts.edit(
                    before.id,
                    AccountEdit(
                        name: form.text("name"),
                        plan: before.isOperator || entered.product.plans.definitions.isEmpty
                            ? nil : .some(form["plan"]),
                        timeZone: .some(form["time_zone"])),
                    as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            guard let errors = refusal.fieldErrors(emailTakenAt: "") else { throw refusal }
            return .page(
                AccountFormPage(
                    entered, before, name: form.text("name"), plan: form.text("plan"),
                    timeZone: form.text("time_zone"), errors),
                .unprocessableContent)
        }
        return PageReply.redirect(.operating(.account, before.id.description), at: site)
            .telling(.accountSaved, at: site)
    }

    private func takeSuspension(_ entered: OperatorVisit, _ form: PageForm) async throws -> PageReply {
        let before = try await account(entered)
        let isSuspended = form["suspended"] == "yes"
        do {
            _ = try await store.write(as: entered.actor) { [accounts] tx in
                try accounts.edit(before.id, AccountEdit(suspended: isSuspended), as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            guard let notice = refusal.notice else { throw refusal }
            return .page(SuspendAccountPage(entered, before, notice), .unprocessableContent)
        }
        return PageReply.redirect(.operating(.account, before.id.description), at: site)
            .telling(isSuspended ? .accountSuspended : .accountResumed, at: site)
    }
}

extension OperatorPage {
    /// Whether it is about one thing: whoever has to sign in first comes back to the list.
    fileprivate var isAbout: Bool { pattern.contains("{") }
}
