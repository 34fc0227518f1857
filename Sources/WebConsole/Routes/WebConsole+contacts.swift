import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Organizations
import Persistence
import ProductDefinition

extension WebConsole {
    /// Contacts and their access keys.
    var contactRoutes: [PageRoute] {
        [
            shown(.contacts, showContacts),
            shown(.accessKeys, showAccessKeys),
            shown(.newContact) { entered in try await contactForm(entered, of: nil) },
            taken(.newContact, takeNewContact),
            shown(.contact, showContact),
            shown(.contactSettings) { entered in try await contactForm(entered, of: try await contact(entered)) },
            taken(.contactSettings, takeContactSettings),
            shown(.disableContact) { entered in try await showQuestion(entered, aboutContactTo: .disable) },
            taken(.disableContact) { entered, form in try await take(entered, form, toContact: .disable) },
            shown(.enableContact) { entered in try await showQuestion(entered, aboutContactTo: .enable) },
            taken(.enableContact) { entered, form in try await take(entered, form, toContact: .enable) },
            shown(.deleteContact) { entered in try await showQuestion(entered, aboutContactTo: .delete) },
            taken(.deleteContact) { entered, form in try await take(entered, form, toContact: .delete) },
            shown(.newAccessKey) { entered in .page(accessKeyForm(entered, of: try await contact(entered))) },
            taken(.newAccessKey, takeNewAccessKey),
            shown(.rotateAccessKey, showRotation),
            taken(.rotateAccessKey, takeRotation),
            shown(.disableAccessKey) { entered in try await showQuestion(entered, aboutKeyTo: .disable) },
            taken(.disableAccessKey) { entered, form in try await take(entered, form, toKey: .disable) },
            shown(.enableAccessKey) { entered in try await showQuestion(entered, aboutKeyTo: .enable) },
            taken(.enableAccessKey) { entered, form in try await take(entered, form, toKey: .enable) },
            shown(.deleteAccessKey) { entered in try await showQuestion(entered, aboutKeyTo: .delete) },
            taken(.deleteAccessKey) { entered, form in try await take(entered, form, toKey: .delete) },
        ]
    }

    /// What can be done to a contact or to an access key.
    private enum Act: Sendable {
        case disable, enable, delete

        var verb: String {
            switch self {
            case .disable: "Disable"
            case .enable: "Enable"
            case .delete: "Delete"
            }
        }
    }

    // MARK: - Contacts

    private func showContacts(_ entered: ConsoleVisit) async throws -> PageReply {
        let filters = AppList.filtersByPlace(entered)
        let request = ListRequest(
            entered.visit, filters: filters.map(\.name), columns: ContactQuery.Order.allCases.map(\.rawValue))
        var query = ContactQuery()
        (query.search, query.after) = (NameSearch(request.search), request.after)
        (query.order, query.isDescending) = request.order(or: (query.order, query.isDescending))
        let asked = query
        let found = try await store.read(as: entered.actor) { [contacts] tx in
            try contacts.list(
                in: entered.organization, includeDescendants: !request.filters.contains(AppList.here), asked,
                limit: ContactList.pageSize, as: entered.actor, tx: tx)
        }
        return .page(
            ContactList.page(entered, request, filters, found.page, count: found.count, of: contacts.maximum))
    }

    private func showAccessKeys(_ entered: ConsoleVisit) async throws -> PageReply {
        let filters = AccessKeyList.filters(entered)
        let request = ListRequest(
            entered.visit, filters: filters.map(\.name), columns: AccessKeyQuery.Order.allCases.map(\.rawValue))
        let query = AccessKeyList.query(request, at: entered.now, product)
        let found = try await store.read(as: entered.actor) { [accessKeys] tx in
            try accessKeys.list(
                in: entered.organization,
                includeDescendants: !request.filters.contains(AccessKeyList.Filter.here.rawValue), query,
                limit: AccessKeyList.pageSize, as: entered.actor, tx: tx)
        }
        return .page(AccessKeyList.page(entered, request, filters, found))
    }

    private func contact(_ entered: ConsoleVisit) async throws -> Contact {
        let id: ID<Contact> = try entered.id()
        return try await store.read(as: entered.actor) { [contacts] tx in
            try contacts.get(id, in: entered.organization.id, as: entered.actor, tx: tx)
        }
    }

    private func showContact(_ entered: ConsoleVisit) async throws -> PageReply {
        let id: ID<Contact> = try entered.id()
        let organization = entered.organization
        return try await store.read(as: entered.actor) { [contacts, accessKeys] tx in
            let contact = try contacts.get(id, in: organization.id, as: entered.actor, tx: tx)
            let keys = try accessKeys.list(of: [contact], in: organization.id, as: entered.actor, tx: tx)
            let member = entered.may(.membersRead) ? try contact.member.flatMap { try tx.member($0) } : nil
            return PageReply.page(
                ContactPage(entered, contact, keys[contact.id] ?? [], home: organization.name, member: member))
        }
    }

    /// The form of a contact, new or to be changed.
    ///
    /// - Parameter form: What was sent, nil for what is there already.
    private func contactForm(
        _ entered: ConsoleVisit, of contact: Contact?, sent form: PageForm? = nil, _ errors: FieldErrors = .none
    ) async throws -> PageReply {
        let eligible = try await store.read(as: entered.actor) { [contacts] tx in
            try contacts.eligibleMembers(
                in: entered.organization.id, besides: contact?.member, limit: ContactForm.most + 1, as: entered.actor,
                tx: tx)
        }
        let page = ContactForm(contact, sent: form, eligible: eligible).page(entered, errors)
        return errors == .none ? .page(page) : .page(page, .unprocessableContent)
    }

    private func takeNewContact(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (actor, path) = (entered.actor, entered.visit.path)
        let draft = ContactDraft(name: form.text("name"), email: form["email"], member: form["member_id"])
        do {
            let outcome = try await store.write(as: entered.actor) { [contacts, repetitions] tx in
                try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                    let made = try contacts.create(draft, in: entered.organization.id, as: actor, tx: tx)
                    return (id: made.id.description, secret: "-")
                }
            }
            let id: String? =
                switch outcome {
                case .shown(let id, _): id
                case .over(let id): id
                }
            return PageReply.redirect(id.map { entered.url(.contact, $0) } ?? entered.url(.contacts), at: site)
                .telling(.contactCreated, at: site)
        } catch let refusal as Refusal {
            return try await contactForm(entered, of: nil, sent: form, ContactForm.errors(of: refusal, product))
        }
    }

    private func takeContactSettings(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let contact = try await contact(entered)
        // Who does not see members is not asked who of them it is.
        let edit = ContactEdit(
            name: form.text("name"), email: .some(form["email"]),
            member: entered.may(.membersRead) ? .some(form["member_id"]) : nil)
        do {
            _ = try await store.write(as: entered.actor) { [contacts] tx in
                try contacts.edit(contact.id, in: entered.organization.id, edit, as: entered.actor, tx: tx)
            }
        } catch let refusal as Refusal {
            return try await contactForm(
                entered, of: contact, sent: form, ContactForm.errors(of: refusal, product))
        }
        return PageReply.redirect(entered.url(.contact, contact.id.description), at: site)
            .telling(.contactSaved, at: site)
    }

    private func showQuestion(_ entered: ConsoleVisit, aboutContactTo act: Act) async throws -> PageReply {
        let contact = try await contact(entered)
        let (id, word, keys) = (contact.id.description, product.words[.contact], product.words[.accessKey].plural)
        let consequence =
            switch act {
            case .disable:
                "None of their \(keys) is accepted, nor any token that came of one, until you enable them again."
            case .enable: "Their \(keys) are accepted again, those alone excepted that are disabled themselves."
            case .delete:
                "Their \(keys) and every token that came of one are refused from then on. This can’t be undone."
            }
        return .page(
            QuestionPage(
                shell: entered.shell(
                    below: act.verb, Crumb(words: contact.name, address: entered.link(.contact, id))),
                confirmation: Confirmation(
                    title: "\(act.verb) \(contact.name)?", consequence: consequence,
                    verb: "\(act.verb) \(word.singular)",
                    action: entered.link(entered.page, id), token: entered.token(sentTo: entered.page, id), fields: [],
                    cancelLink: entered.link(.contact, id),
                    alternative: act == .delete && contact.disabledAt == nil
                        ? PageLink(words: "Disable instead", address: entered.link(.disableContact, id)) : nil,
                    isTyped: false, expected: "", isHarmless: act != .delete)))
    }

    private func take(_ entered: ConsoleVisit, _ form: PageForm, toContact act: Act) async throws -> PageReply {
        let id: ID<Contact> = try entered.id()
        let organization = entered.organization.id
        switch act {
        case .disable, .enable:
            _ = try await store.write(as: entered.actor) { [contacts] tx in
                act == .disable
                    ? try contacts.disable(id, in: organization, as: entered.actor, tx: tx)
                    : try contacts.enable(id, in: organization, as: entered.actor, tx: tx)
            }
            return PageReply.redirect(entered.url(.contact, id.description), at: site)
                .telling(act == .disable ? .contactDisabled : .contactEnabled, at: site)
        case .delete:
            return try await doneOnce(entered, form, next: entered.url(.contacts), .contactDeleted) { [contacts] tx in
                try contacts.delete(id, in: organization, as: entered.actor, tx: tx)
            }
        }
    }

    // MARK: - Access keys

    private func accessKeyForm(
        _ entered: ConsoleVisit, of contact: Contact, name: String = "", _ errors: FieldErrors = .none
    ) -> FormPage {
        let (word, id) = (product.words[.accessKey], contact.id.description)
        return FormPage(
            shell: entered.shell(
                below: "Create \(word.singular)", Crumb(words: contact.name, address: entered.link(.contact, id))),
            pageHead: PageHead(
                title: "Create \(word.singular)",
                lead: """
                    With it, \(product.words[.integration].indefinite) acts for \(contact.name). Name it after the program that \
                    uses it.
                    """, action: nil, reason: nil),
            notice: errors.notice(besides: ["name"]), sentTo: entered.link(.newAccessKey, id),
            token: entered.token(sentTo: .newAccessKey, id),
            fields: [.idempotencyKey()],
            sections: [
                FormSection(items: [
                    .text(
                        TextField(label: "Name", name: "name", value: name, error: errors["name"], isRequired: true))
                ])
            ], verb: "Create \(word.singular)", cancelLink: entered.link(.contact, id))
    }

    private func takeNewAccessKey(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let contact = try await contact(entered)
        let (actor, path, name) = (entered.actor, entered.visit.path, form.text("name"))
        do {
            let outcome = try await store.write(as: entered.actor) { [accessKeys, repetitions] tx in
                try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                    let made = try accessKeys.create(
                        name: name, for: contact.id, in: entered.organization.id, as: actor, tx: tx)
                    return (id: made.credential.id.description, secret: made.secret)
                }
            }
            return reply(to: outcome, of: contact, named: name, entered)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(of: refusal, product)
            return .page(accessKeyForm(entered, of: contact, name: name, errors), .unprocessableContent)
        }
    }

    private func reply(
        to outcome: FormRepetitions.Outcome, of contact: Contact, named name: String = "", _ entered: ConsoleVisit
    ) -> PageReply {
        let id = contact.id.description
        let hint = name.isEmpty ? nil : PoorLabel.hint(for: name, in: "name")
        guard case .shown(_, let secret) = outcome else { return .redirect(entered.url(.contact, id), at: site) }
        let word = product.words[.accessKey]
        return .page(
            SecretPage(
                shell: entered.shell(
                    below: word.capitalized, Crumb(words: contact.name, address: entered.link(.contact, id))),
                heading: "Copy the \(word.singular) now",
                lead: "It’s shown only once. If you lose it, rotate it.",
                notices: hint.map { [.hint("“\(name)”: \($0.message)")] } ?? [],
                secret: CodeBlock(secret, label: word.capitalized, isSecret: true),
                file: (name: contact.name, lines: ["\(word.capitalized) of \(contact.name): \(secret)"]),
                commands: [
                    CodeBlock("access_key=\(secret)", label: "Send it with each token request", isWhole: true)
                ], keptWords: "I’ve stored the \(word.singular)", doneLink: entered.link(.contact, id)))
    }

    private func accessKey(_ entered: ConsoleVisit) async throws -> (contact: Contact, key: AccessKey) {
        let id: ID<Contact> = try entered.id()
        let part: ID<AccessKey> = try entered.id("part")
        return try await store.read(as: entered.actor) { [contacts, accessKeys] tx in
            (
                try contacts.get(id, in: entered.organization.id, as: entered.actor, tx: tx),
                try accessKeys.get(part, of: id, in: entered.organization.id, as: entered.actor, tx: tx)
            )
        }
    }

    private func question(
        _ entered: ConsoleVisit, _ contact: Contact, _ key: AccessKey, _ verb: String, _ consequence: String,
        isHarmless: Bool, notice: Notice? = nil
    ) -> QuestionPage {
        let (id, part) = (contact.id.description, key.id.description)
        let use =
            key.lastUse.map { use in
                "It was last used \(TimeWords(use.at, now: entered.now).words)\(use.address.map { ", from \($0)" } ?? "")."
            } ?? "No use of it is known."
        return QuestionPage(
            shell: entered.shell(below: verb, Crumb(words: contact.name, address: entered.link(.contact, id))),
            confirmation: Confirmation(
                title: "\(verb) \(key.name)?", consequence: "\(use) \(consequence)",
                verb: "\(verb) \(product.words[.accessKey].singular)", action: entered.link(entered.page, id, part),
                token: entered.token(sentTo: entered.page, id, part),
                fields: [.idempotencyKey()],
                cancelLink: entered.link(.contact, id), alternative: nil, isTyped: false, expected: "",
                isHarmless: isHarmless), notice: notice)
    }

    private func showQuestion(_ entered: ConsoleVisit, aboutKeyTo act: Act) async throws -> PageReply {
        let (contact, key) = try await accessKey(entered)
        let consequence =
            switch act {
            case .disable: "It is refused until you enable it again, and so is every token that came of it."
            case .enable: "It is accepted again."
            case .delete: "It is refused from then on, and so is every token that came of it. This can’t be undone."
            }
        return .page(question(entered, contact, key, act.verb, consequence, isHarmless: act != .delete))
    }

    private func take(_ entered: ConsoleVisit, _ form: PageForm, toKey act: Act) async throws -> PageReply {
        let id: ID<Contact> = try entered.id()
        let part: ID<AccessKey> = try entered.id("part")
        let organization = entered.organization.id
        let next = entered.url(.contact, id.description)
        switch act {
        case .disable, .enable:
            _ = try await store.write(as: entered.actor) { [accessKeys] tx in
                act == .disable
                    ? try accessKeys.disable(part, of: id, in: organization, as: entered.actor, tx: tx)
                    : try accessKeys.enable(part, of: id, in: organization, as: entered.actor, tx: tx)
            }
            return PageReply.redirect(next, at: site)
                .telling(act == .disable ? .accessKeyDisabled : .accessKeyEnabled, at: site)
        case .delete:
            return try await doneOnce(entered, form, next: next, .accessKeyDeleted) { [accessKeys] tx in
                try accessKeys.delete(part, of: id, in: organization, as: entered.actor, tx: tx)
            }
        }
    }

    private func showRotation(_ entered: ConsoleVisit) async throws -> PageReply {
        let (contact, key) = try await accessKey(entered)
        return .page(rotation(entered, contact, key))
    }

    private func rotation(
        _ entered: ConsoleVisit, _ contact: Contact, _ key: AccessKey, notice: Notice? = nil
    ) -> QuestionPage {
        question(
            entered, contact, key, "Rotate",
            "What it is now is refused at once, and so is every token that came of it. To have both work for a while, create another.",
            isHarmless: false, notice: notice)
    }

    private func takeRotation(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let (contact, key) = try await accessKey(entered)
        let (actor, path) = (entered.actor, entered.visit.path)
        do {
            let outcome = try await store.write(as: entered.actor) { [accessKeys, repetitions] tx in
                try repetitions.once(form, sentTo: path, as: actor, tx: tx) { tx in
                    let made = try accessKeys.rotate(
                        key.id, of: contact.id, in: entered.organization.id, as: actor, tx: tx)
                    return (id: made.credential.id.description, secret: made.secret)
                }
            }
            return reply(to: outcome, of: contact, entered)
        } catch let refusal as Refusal {
            let errors = try FieldErrors(of: refusal, product)
            return .page(
                rotation(entered, contact, key, notice: errors.notice(besides: [])), .unprocessableContent)
        }
    }
}
