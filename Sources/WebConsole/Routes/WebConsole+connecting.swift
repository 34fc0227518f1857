import Connections
import CredentialFormat
import HTTPTypes
import Model
import Persistence
import ProductDefinition
import ProviderDefinition
import SignIn

/// The way to a provider's pages, and back.
extension WebConsole {
    /// Where a provider sends browsers back to. Its path is the provider's own, so that no answer passes for another's (RFC 9700
    /// §4.4.2.2).
    var connectionCallback: PageRoute {
        PageRoute(
            path: ConnectionService.callbackPath(of: "{provider}"), place: .fixed(.home), work: .shown(takeCallback))
    }

    func showChoices(_ entered: ConsoleVisit) async throws -> PageReply {
        let service = try connectionDesk().service
        // Whether there is a secret of the operator's, which accounts do not read.
        let unready = try await unconfined.read { tx in try service.unready(tx: tx) }
        return .page(ConnectForm.choicePage(service.choices, unready: unready, entered))
    }

    /// - Throws: ``PageProblem/notFound`` for what the product does not offer.
    private func choice(_ visit: Visit) throws -> ProviderChoice {
        let name = visit.segment("provider")
        guard let found = try connectionDesk().service.choices.first(where: { $0.provider.identifier == name }) else {
            throw PageProblem.notFound
        }
        return found
    }

    func showConnect(_ entered: ConsoleVisit) async throws -> PageReply {
        .page(ConnectForm().page(try choice(entered.visit), entered))
    }

    func takeConnect(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, choice) = (try connectionDesk().service, try choice(entered.visit))
        let written = ConnectForm(form, choice)
        do {
            let address = try await service.start(
                written.draft(choice), in: entered.organization.id, session: Self.mark(of: entered.me),
                as: entered.actor)
            return sent(to: address, at: choice.provider.title, entered)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(said(refusal, at: choice.provider.title), shown: ConnectForm.names(choice))
            return .page(written.page(choice, entered, errors), .unprocessableContent)
        }
    }

    func takeReconnect(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (service, id) = (try connectionDesk().service, try entered.id(of: Connection.self))
        let name = try await store.read(as: entered.actor) { tx in
            try service.get(id, in: entered.organization.id, as: entered.actor, tx: tx).provider
        }
        let title = service.title(of: name)
        do {
            let address = try await service.reconnect(
                id, in: entered.organization.id, session: Self.mark(of: entered.me), as: entered.actor)
            return sent(to: address, at: title, entered)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(said(refusal, at: title), shown: [])
            return .page(
                MessagePage(
                    heading: "You weren’t sent to \(title)",
                    paragraphs: [errors.notice(besides: [])?.text ?? ""],
                    link: PageLink(words: "Back", address: entered.link(.connection, id.description)), isQuiet: true,
                    shell: entered.shell()), .conflict)
        }
    }

    /// A consent ends in no other session than this.
    private static func mark(of me: SignedIn) -> String { ConnectionService.binding(to: me.session.id) }

    /// The same refusal in words for people.
    private func said(_ refusal: Refusal, at title: String) -> Refusal {
        guard case .conflict(let code, _) = refusal else { return refusal }
        let words =
            switch code {
            case "disconnected": "It was disconnected. Connect it anew."
            case "not_offered": "\(product.name) doesn’t offer \(title) any more."
            case "provider_not_ready": "\(product.name) has to set \(title) up first. Ask \(product.name)."
            default: "Somebody else changed it at the same moment. Try again."
            }
        return .conflict(code: code, explanation: words)
    }

    /// A page that goes on to the provider by itself. It is no redirect: browsers hold all redirects after a form against what our
    /// page may send forms to, and nobody knows over which hosts a provider leads.
    private func sent(to address: String, at title: String, _ entered: ConsoleVisit) -> PageReply {
        PageReply.page(
            MessagePage(
                heading: "On to \(title)",
                paragraphs: ["\(title) asks you what \(product.name) may do. Then you come back here."],
                link: PageLink(words: "Continue to \(title)", address: address), shell: entered.shell())
        ).with(.refresh, "0; url=\(address)")
    }

    // MARK: - Back

    private func takeCallback(_ visit: Visit) async throws -> PageReply {
        let (service, choice) = (try connectionDesk().service, try choice(visit))
        let title = choice.provider.title
        guard visit.signedIn != nil else {
            return .page(
                MessagePage(
                    heading: "You’re signed out here",
                    paragraphs: ["Nothing was changed. Sign in, and begin again."],
                    link: PageLink(words: "Sign in", address: site.link(.signIn))), .forbidden)
        }
        let (me, actor) = try signedIn(visit)
        let mark = Self.mark(of: me)
        let begun = try await service.begunConsent(ofCallback: visit.query, session: mark)
        let entered: ConsoleVisit? =
            if let begun {
                try await enter(
                    visit, begun.connection == nil ? .newConnection : .reconnect, in: begun.organization)
            } else { nil }
        if let entered, let reply = planReply(entered) { return reply }
        let outcome: ConnectOutcome
        do {
            outcome = try await service.finish(
                visit.query, at: choice.provider.identifier, session: mark, as: actor)
        } catch Refusal.notFound, Refusal.forbidden {
            throw PageProblem.notFound
        } catch Refusal.limitReached(_, let explanation) {
            return .page(
                MessagePage(
                    heading: "Nothing was connected", paragraphs: [explanation], link: again(begun, entered),
                    shell: entered?.shell()), .conflict)
        } catch Refusal.conflict {
            return .page(
                MessagePage(
                    heading: "Somebody else changed it at the same moment",
                    paragraphs: ["Nothing of yours was kept. Try again."],
                    link: again(begun, entered), shell: entered?.shell()), .conflict)
        }
        switch outcome {
        case .connected(let account): return connected(account)
        case .denied: return failed(.denied(at: title), begun, entered)
        case .failed(let failure):
            return failed(ConnectFailureWords(failure, at: title, of: product.name), begun, entered)
        }
    }

    private func connected(_ account: ConnectedAccount) -> PageReply {
        let done: Done =
            switch account.way {
            case .created: .connected
            case .repaired: .connectionRepaired
            case .recognized: .connectionRecognized
            }
        let connection = account.connection
        let address = ConsoleAddress(.connection, in: connection.organization, [connection.id.description])
        return PageReply.redirect(.console(address), at: site).telling(done, at: site)
    }

    private func failed(
        _ words: ConnectFailureWords, _ begun: BegunConsent?, _ entered: ConsoleVisit?
    ) -> PageReply {
        .page(
            MessagePage(
                heading: words.heading, paragraphs: words.paragraphs, link: again(begun, entered),
                shell: entered?.shell()), words.status)
    }

    /// Where to begin again: the page of the connection, the list of providers, or where members begin.
    private func again(_ begun: BegunConsent?, _ entered: ConsoleVisit?) -> PageLink {
        guard let entered else { return PageLink(words: "Begin again", address: site.link(.home)) }
        guard let connection = begun?.connection else {
            return PageLink(words: "Try again", address: entered.link(.newConnection))
        }
        return PageLink(words: "Back", address: entered.link(.connection, connection.description))
    }
}

extension HTTPField.Name {
    /// Goes on to another page by itself (HTML, “shared declarative refresh steps”).
    fileprivate static let refresh = HTTPField.Name("Refresh") ?? .location
}
