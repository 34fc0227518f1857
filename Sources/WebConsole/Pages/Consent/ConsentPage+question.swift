import CredentialFormat
import Model
import OAuth
import Persistence
import Policy
import ProductDefinition

extension ConsentPage {
    /// Up to so many organizations each have a card; more are a list to pick from.
    private static let mostCards = 6

    init(
        _ question: ConsentQuestion, request: String, redirectURI: String, of member: Member,
        calling words: ProductWords, action: String, token: String, otherUserLink: String, appsLink: String
    ) {
        let app = question.app
        let choices = question.organizations.map { organization in
            Choice(
                id: organization.id.description, name: organization.name,
                detail: Self.place(of: organization, among: question.organizations),
                isChosen: question.consentedBefore && organization.id == question.suggested)
        }
        let isOpen = !choices.contains(where: \.isChosen)
        let new = question.scopes.filter { !$0.wasGranted }
        let known = question.scopes.filter(\.wasGranted)
        let host = Self.host(redirectURI)
        let links = [
            ("Homepage", app.links.homepage), ("Privacy policy", app.links.policy), ("Terms", app.links.terms),
        ].compactMap { words, link in link.map { (words, $0.text) } }
        self.init(
            action: action, token: token, request: request, app: app.name, isLong: app.name.count >= 40,
            owner: question.owner, logo: app.links.logo?.text, initial: Initial.of(app.name),
            email: member.email.text, otherUserLink: otherUserLink,
            oneOrganization: choices.count == 1 ? choices.first.map { OneOrganization(id: $0.id, name: $0.name) } : nil,
            fewOrganizations: (2...Self.mostCards).contains(choices.count)
                ? Organizations(choices: choices, isOpen: isOpen) : nil,
            manyOrganizations: choices.count > Self.mostCards
                ? Organizations(choices: choices, isOpen: isOpen, isCut: question.hasMoreOrganizations) : nil,
            search: question.search != nil || question.hasMoreOrganizations
                ? Search(text: question.search?.text ?? "") : nil,
            hasOrganizations: !choices.isEmpty,
            sensitive: new.filter(\.danger).map(Right.init), hasSensitive: new.contains(where: \.danger),
            groups: Self.groups(new.filter { !$0.danger }),
            known: known.isEmpty
                ? nil : Known(count: known.count, rights: known.map(Right.init), isOpen: new.isEmpty),
            host: host.map { Host(parts: HostWords.parts($0)) },
            device: host == nil ? Self.deviceWords(redirectURI, words[.app]) : nil, appsLink: appsLink,
            links: links.enumerated().map { index, link in
                PageLink(words: link.0, address: link.1, isLast: index == links.count - 1)
            }, hasLinks: !links.isEmpty)
    }

    /// Under which of the others it stands, and what is below it: the right to it is the right to those as well.
    private static func place(of organization: Organization, among all: [Organization]) -> String? {
        let above = organization.path.identifiers.dropLast().compactMap { id in all.first { $0.id == id }?.name }
        let below = all.filter { $0.path.identifiers.dropLast().last == organization.id }.map(\.name)
        let place = above.isEmpty ? nil : "in " + above.joined(separator: " › ")
        let rest = below.count > mostNamed ? " and \(below.count - mostNamed) more" : ""
        let reach =
            below.isEmpty
            ? nil : "and everything below it: \(below.prefix(mostNamed).joined(separator: ", "))\(rest)"
        let words = [place, reach].compactMap(\.self)
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    /// So many of those below are named.
    private static let mostNamed = 3

    /// Scopes of one heading together, in the order in which the headings come.
    static func groups(_ scopes: [ConsentScope]) -> [Group] {
        var headings: [String?] = []
        for scope in scopes where !headings.contains(scope.group) { headings.append(scope.group) }
        return headings.map { heading in
            Group(heading: heading, rights: scopes.filter { $0.group == heading }.map(Right.init))
        }
    }

    /// The host that the browser goes to, nil for an app on the own device.
    private static func host(_ redirectURI: String) -> String? {
        guard let origin = (try? RedirectURI(parsing: redirectURI))?.origin, origin.hasPrefix("https://") else {
            return nil
        }
        return String(origin.dropFirst("https://".count))
    }

    private static func deviceWords(_ redirectURI: String, _ app: ProductWord) -> String {
        guard let origin = (try? RedirectURI(parsing: redirectURI))?.origin else {
            return "Opens \(app.indefinite) on this device."
        }
        return "Opens \(app.indefinite) on this device (\(HostWords.of(origin)))."
    }
}

extension ConsentPage.Right {
    init(_ scope: ConsentScope) {
        self.init(description: scope.description, danger: scope.danger)
    }
}
