import Credentials
import CredentialFormat
import HTTPTypes
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import SignIn

// The tree of an account. Each page is about the organization of its address.

extension WebConsole {
    var organizationRoutes: [PageRoute] {
        [
            shown(.organizations, showOrganizations),
            shown(.newOrganization) { entered in .page(OrganizationNamePage(creating: entered)) },
            taken(.newOrganization, takeNewOrganization),
            shown(.renameOrganization) { entered in .page(OrganizationNamePage(renaming: entered)) },
            taken(.renameOrganization, takeName),
            shown(.deleteOrganization) { entered in .page(DeleteOrganizationPage(entered)) },
            taken(.deleteOrganization, takeDeletion),
        ]
    }

    private func showOrganizations(_ entered: ConsoleVisit) async throws -> PageReply {
        let request = ListRequest(entered.visit, columns: OrganizationQuery.Order.allCases.map(\.rawValue))
        let query = OrganizationsList.query(request)
        let found = try await store.read(as: entered.actor) { [organizations] tx in
            try organizations.list(
                in: entered.organization, query, limit: OrganizationsList.pageSize,
                countingTo: entered.terms.maximum(of: .organizations), as: entered.actor, tx: tx)
        }
        return .page(OrganizationsList.page(entered, request, found.page, inAccount: found.count))
    }

    private func takeNewOrganization(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let name = form.text("name")
        do {
            return try await doneOnce(entered, form, next: entered.url(.organizations), .organizationCreated) {
                [organizations] tx in
                _ = try organizations.create(name: name, below: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            let errors = try FieldErrors(refusal, shown: ["name"])
            return .page(OrganizationNamePage(creating: entered, name: name, errors), .unprocessableContent)
        }
    }

    private func takeName(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let name = form.text("name")
        do {
            _ = try await store.write(as: entered.actor) { [organizations] tx in
                try organizations.rename(entered.organization.id, to: name, as: entered.actor, tx: tx)
            }
        } catch Refusal.invalid(let fields) {
            return .page(
                OrganizationNamePage(renaming: entered, name: name, FieldErrors(fields)), .unprocessableContent)
        }
        return PageReply.redirect(entered.url(.organizations), at: site).telling(.organizationSaved, at: site)
    }

    private func takeDeletion(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let organization = entered.organization
        do {
            try await store.write(as: entered.actor) { [organizations] tx in
                try organizations.delete(organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            guard let notice = refusal.notice else { throw refusal }
            return .page(DeleteOrganizationPage(entered, notice), .unprocessableContent)
        }
        // What is above stays; whoever belonged here alone has nowhere to go on but their own account.
        let above = OrganizationPath(Array(organization.path.identifiers.dropLast()))
        guard let above, entered.actor.sees(above) else { return .redirect(.account, at: site) }
        return PageReply.redirect(
            .console(ConsoleAddress(.organizations, in: above.last)), at: site
        ).telling(.organizationDeleted, at: site)
    }
}
