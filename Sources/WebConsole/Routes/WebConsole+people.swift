import CredentialFormat
import Credentials
import Events
import HTTPTypes
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import SignIn

// The people of an organization, and what they look after.

extension WebConsole {
    var peopleRoutes: [PageRoute] {
        [
            shown(.people, showPeople),
            shown(.newPerson) { entered in
                .page(EditPersonPage(inviting: entered, .init(), .none, sendsMail: links.sendsMail))
            },
            taken(.newPerson, takeInvitation),
            shown(.leftBehind, showLeftBehind),
            shown(.person, showPerson),
            shown(.editPerson) { entered in
                let member = try await person(entered)
                return .page(EditPersonPage(changing: entered, member, PersonForm.Input(member), .none))
            },
            taken(.editPerson, takeEdit),
            shown(.invitePerson) { entered in try await askForLink(entered, .invitePerson) },
            taken(.invitePerson) { entered, _ in try await makeLink(entered, .invitePerson) },
            shown(.resetPasswordOfPerson) { entered in try await askForLink(entered, .resetPasswordOfPerson) },
            taken(.resetPasswordOfPerson) { entered, _ in try await makeLink(entered, .resetPasswordOfPerson) },
            shown(.removeSecondFactorOfPerson, showFactorRemoval),
            taken(.removeSecondFactorOfPerson, takeFactorRemoval),
            taken(.endSessionOfPerson, on: .person, takeEndOfSession),
            shown(.handOverFromPerson) { entered in try await handOverPage(entered) },
            taken(.handOverFromPerson, takeHandOver),
            shown(.disableKeysOfPerson) { entered in try await askToDisable(entered, ofPerson: entered.id()) },
            taken(.disableKeysOfPerson) { entered, form in
                try await takeDisabling(entered, form, ofPerson: entered.id())
            },
            shown(.disableLeftKeys) { entered in try await askToDisable(entered, ofPerson: nil) },
            taken(.disableLeftKeys) { entered, form in try await takeDisabling(entered, form, ofPerson: nil) },
            shown(.removePerson) { entered in try await removalPage(entered) },
            taken(.removePerson, takeRemoval),
        ]
    }

    private func showPeople(_ entered: ConsoleVisit) async throws -> PageReply {
        let filters = PeopleList.filters(entered)
        let request = ListRequest(
            entered.visit, filters: filters.map(\.name), columns: MemberQuery.Order.allCases.map(\.rawValue))
        let query = PeopleList.query(request)
        let path = entered.organization.path
        let kinds = entered.readableKinds
        let found = try await store.read(as: entered.actor) { tx in
            try tx.members(
                .within(path), query, at: entered.now, limit: PeopleList.pageSize, countingTo: PeopleList.countedTo,
                credentials: kinds, within: entered.root)
        }
        return .page(
            PeopleList.page(
                entered, request, filters, found.page, count: found.count, ofAccount: found.ofAccount,
                leftCount: found.left))
    }

    private func takeInvitation(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let input = PersonForm.Input(form)
        let draft = MemberDraft(
            email: input.email, name: input.name, roles: input.roles.sorted(), permissions: input.permissions.sorted())
        let member: Member
        do {
            member = try await store.write(as: entered.actor) {
                [members, actor = entered.actor, organization = entered.organization.id] tx in
                try members.create(draft, in: organization, as: actor, tx: tx)
            }
        } catch let refusal as Refusal {
            guard let known = try await justInvited(entered, input) else {
                guard let errors = refusal.fieldErrors(emailTakenAt: "email") else { throw refusal }
                return .page(
                    EditPersonPage(inviting: entered, input, errors, sendsMail: links.sendsMail), .unprocessableContent)
            }
            member = known
        }
        let sent = try await links.invite(member.id, in: entered.organization.id, as: entered.actor)
        guard sent.isMailed else {
            return .page(LinkForPersonPage(answering: entered, .invitePerson, member, sent))
        }
        return PageReply.redirect(entered.url(.person, member.id.description), at: site)
            .telling(.personInvited, at: site)
    }

    /// Who was made by the same form a moment ago: it was sent twice, and is answered as the first.
    private func justInvited(_ entered: ConsoleVisit, _ input: PersonForm.Input) async throws -> Member? {
        guard let email = EmailAddress(input.email) else { return nil }
        let known = try await store.read(as: entered.actor) { tx in
            try tx.member(email: email, in: entered.organization.id)
        }
        guard let known, !known.hasPassword, known.name == input.name, Set(known.roles) == input.roles,
            entered.now.seconds(since: known.createdAt) < FormRepetitions.seconds
        else { return nil }
        return known
    }

    private func person(_ entered: ConsoleVisit) async throws -> Member {
        let id: ID<Member> = try entered.id()
        return try await store.read(as: entered.actor) { [members] tx in
            try members.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    private func showPerson(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<Member> = try entered.id()
        let organization = entered.organization
        return try await store.read(as: entered.actor) { [members, sessions, stewards] tx in
            let actor = entered.actor
            _ = try members.get(id, in: organization.id, as: actor, tx: tx)
            guard let listed = try tx.listedMember(id, at: entered.now) else { throw Refusal.notFound }
            let credentials = try stewards.list(
                of: id, in: organization.id, page: Model.Page(limit: 20), as: actor, tx: tx)
            return PersonPage(
                entered,
                PersonPage.Known(
                    listed: listed,
                    sessions: try sessions.list(of: id, in: organization.id, as: actor, tx: tx),
                    credentials: credentials.items, hasMoreCredentials: credentials.next != nil,
                    contact: entered.sees(.contacts) ? try tx.contact(of: id) : nil))
        }.reply
    }

    private func takeEdit(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let before = try await person(entered)
        let input = PersonForm.Input(form)
        // What is greyed out is not sent, and stays as it is.
        let shown = PersonForm(entered, PersonForm.Input(before), .none, asksEmail: "")
        func kept(_ boxes: [PersonForm.Box], _ prefix: String, _ had: [String]) -> Set<String> {
            let known = Set(boxes.map { String($0.field.dropFirst(prefix.count)) })
            return Set(had).subtracting(known)
        }
        let roles = input.roles.union(kept(shown.roles, "role.", before.roles))
        let permissions = input.permissions.union(kept(shown.permissions, "permission.", before.permissions))
        let edit = MemberEdit(
            name: input.name, roles: roles.sorted(), permissions: permissions.sorted(), email: input.email)
        let edited: EditedMember
        do {
            edited = try await store.write(as: entered.actor) { [members] tx in
                try members.change(before.id, in: entered.organization.id, edit, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            guard let errors = refusal.fieldErrors(emailTakenAt: "email") else { throw refusal }
            return .page(EditPersonPage(changing: entered, before, input, errors), .unprocessableContent)
        }
        guard let former = edited.formerEmail else {
            return PageReply.redirect(entered.url(.person, before.id.description), at: site)
                .telling(.personSaved, at: site)
        }
        letters.tell(before.id, .emailChanged(from: former))
        guard edited.needsInvitation else {
            return PageReply.redirect(entered.url(.person, before.id.description), at: site)
                .telling(.personSaved, at: site)
        }
        let sent = try await links.invite(before.id, in: entered.organization.id, as: entered.actor)
        return .page(LinkForPersonPage(answering: entered, .invitePerson, edited.member, sent))
    }

    private func askForLink(_ entered: ConsoleVisit, _ page: ConsolePage) async throws -> PageReply {
        .page(LinkForPersonPage(asking: entered, page, try await person(entered), sendsMail: links.sendsMail))
    }

    private func makeLink(_ entered: ConsoleVisit, _ page: ConsolePage) async throws -> PageReply {
        let member = try await person(entered)
        do {
            let sent =
                page == .invitePerson
                ? try await links.invite(member.id, in: entered.organization.id, as: entered.actor)
                : try await links.resetPassword(of: member.id, in: entered.organization.id, as: entered.actor)
            return .page(LinkForPersonPage(answering: entered, page, member, sent))
        } catch let refusal as Refusal {
            guard let notice = refusal.notice else { throw refusal }
            var again = LinkForPersonPage(asking: entered, page, member, sendsMail: links.sendsMail)
            again.notice = notice
            return .page(again, .unprocessableContent)
        }
    }

    private func showFactorRemoval(_ entered: ConsoleVisit) async throws -> PageReply {
        // Whoever is not here is not found, also by who has to prove first that they are there.
        let member = try await person(entered)
        try entered.me.requireOwnSignIn(at: entered.now)
        return .page(RemoveFactorOfPersonPage(entered, member))
    }

    private func takeFactorRemoval(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Member> = try entered.id()
        // What is gone already counts as done.
        let isFirst = try await store.write(as: entered.actor) { [secondFactors] tx in
            guard try tx.member(id)?.organization == entered.organization.id else { throw Refusal.notFound }
            guard try tx.secondFactor(of: id) != nil else { return false }
            try secondFactors.remove(
                of: id, in: entered.organization.id, as: entered.actor, signedInAs: entered.me, tx: tx)
            return true
        }
        if isFirst { letters.tell(id, .secondFactorRemoved) }
        return PageReply.redirect(entered.url(.person, id.description), at: site).telling(
            .personFactorRemoved, at: site)
    }

    private func takeEndOfSession(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Member> = try entered.id()
        let session: ID<MemberSession> = try entered.id("session")
        try await store.write(as: entered.actor) { [sessions] tx in
            guard try tx.member(id)?.organization == entered.organization.id else { throw Refusal.notFound }
            // What is over already counts as ended.
            do {
                try sessions.end(session, of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            } catch Refusal.notFound {}
        }
        return PageReply.redirect(entered.url(.person, id.description), at: site).telling(.personSignedOut, at: site)
    }

    private func handOverPage(
        _ entered: ConsoleVisit, chosen: Set<String>? = nil, _ errors: FieldErrors = .none
    ) async throws -> PageReply {
        let id: ID<Member> = try entered.id()
        let page = try await store.read(as: entered.actor) { [stewards] tx in
            let credentials = try stewards.list(
                of: id, in: entered.organization.id, page: Model.Page(limit: HandOverFromPersonPage.most),
                as: entered.actor, tx: tx
            ).items.filter { entered.actor.permissions.contains($0.id.kind.managing) }
            let member = try tx.member(id)
            return HandOverFromPersonPage(
                entered, id, name: member?.name ?? credentials.first?.formerName ?? "somebody who left",
                isHere: member?.organization == entered.organization.id, credentials,
                heirs: try heirs(entered, tx: tx), chosen: chosen, errors)
        }
        return errors == .none ? .page(page) : .page(page, .unprocessableContent)
    }

    /// Those to whom something can be handed over: who acts first.
    private func heirs(_ entered: ConsoleVisit, tx: borrowing Transaction) throws -> [Member] {
        let found = try tx.members(.within(entered.root), after: nil, limit: HandOverFromPersonPage.mostHeirs)
        let me = entered.me.member
        guard !entered.me.isOperator else { return found }
        return [me] + found.filter { $0.id != me.id }
    }

    private func takeHandOver(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Member> = try entered.id()
        let chosen = Set(form.names(behind: "credential.").compactMap { StewardedID(parsing: $0) })
        let heir = form["to"].flatMap { ID<Member>(parsing: $0) }
        let isHere = try await store.read(as: entered.actor) { tx in
            try tx.member(id)?.organization == entered.organization.id
        }
        do {
            return try await doneOnce(
                entered, form, next: isHere ? entered.url(.person, id.description) : entered.url(.leftBehind),
                .handedOver
            ) { [stewards] tx in
                _ = try stewards.handOver(
                    from: id, in: entered.organization.id, to: heir, only: chosen, as: entered.actor, tx: tx)
            }
        } catch Refusal.invalid(let fields) {
            return try await handOverPage(entered, FieldErrors(fields))
        }
    }

    private func showLeftBehind(_ entered: ConsoleVisit) async throws -> PageReply {
        let cursor = entered.visit.parameter("cursor").flatMap { Cursor(parsing: $0) }
        return try await store.read(as: entered.actor) { [stewards] tx in
            LeftBehindPage(
                entered,
                try stewards.listLeft(
                    in: entered.organization.id, page: Model.Page(limit: LeftBehindPage.pageSize, after: cursor),
                    as: entered.actor, tx: tx))
        }.reply
    }

    private func removalPage(_ entered: ConsoleVisit, _ notice: Notice? = nil) async throws -> PageReply {
        let id: ID<Member> = try entered.id()
        let organization = entered.organization.id
        let page = try await store.read(as: entered.actor) { [members, sessions, stewards] tx in
            let member = try members.get(id, in: organization, as: entered.actor, tx: tx)
            return RemovePersonPage(
                entered, member, sessions: try sessions.list(of: id, in: organization, as: entered.actor, tx: tx).count,
                try stewards.list(
                    of: id, in: organization, page: Model.Page(limit: HandOverFromPersonPage.most), as: entered.actor,
                    tx: tx
                ).items.filter { entered.actor.permissions.contains($0.id.kind.managing) },
                contact: entered.sees(.contacts) ? try tx.contact(of: id) : nil, heirs: try heirs(entered, tx: tx),
                notice)
        }
        return notice == nil ? .page(page) : .page(page, .unprocessableContent)
    }

    private func takeRemoval(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let id: ID<Member> = try entered.id()
        let heir = form["to"].flatMap { ID<Member>(parsing: $0) }
        do {
            return try await doneOnce(entered, form, next: entered.url(.people), .personRemoved) {
                [members, stewards, apiKeys] tx in
                if form["to"] == RemovePersonPage.disables {
                    _ = try apiKeys.disableWorkingKeys(
                        .member(id), in: entered.organization.id, as: entered.actor, tx: tx)
                }
                if let heir {
                    _ = try stewards.handOver(
                        from: id, in: entered.organization.id, to: heir, as: entered.actor, tx: tx)
                }
                try members.delete(id, in: entered.organization.id, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            guard let notice = refusal.notice else { throw refusal }
            return try await removalPage(entered, notice)
        }
    }
}

extension ConsoleVisit {
    /// The kinds of credentials that one may see.
    var readableKinds: Set<StewardedID.Kind> {
        Set(StewardedID.Kind.allCases.filter { actor.permissions.contains($0.reading) })
    }
}

extension Page {
    /// It as an answer.
    fileprivate var reply: PageReply { .page(self) }
}

extension Refusal {
    /// What is wrong with the fields of a form, nil where something else is refused.
    ///
    /// - Parameter email: The field of the address.
    func fieldErrors(emailTakenAt email: String) -> FieldErrors? {
        switch self {
        case .invalid(let fields): FieldErrors(fields)
        case .conflict(let code, let explanation), .limitReached(let code, let explanation):
            FieldErrors([InvalidField(code == "email_taken" ? email : "", code, explanation)])
        case .exceedsRights:
            FieldErrors([
                InvalidField("", "exceeds_rights", "You can’t give or change rights that you don’t have yourself.")
            ])
        case .notFound, .forbidden, .presenceRequired, .preconditionFailed, .tooOften: nil
        }
    }

    /// The same as a sentence above the form.
    var notice: Notice? {
        switch self {
        case .conflict(_, let explanation), .limitReached(_, let explanation): .bad(explanation)
        case .invalid(let fields): .bad(fields.first?.message ?? "Nothing was changed.")
        case .exceedsRights: .bad("You can’t change somebody who has rights that you don’t have yourself.")
        case .tooOften: .caution("That was too often. Try again later.")
        case .notFound, .forbidden, .presenceRequired, .preconditionFailed: nil
        }
    }
}
