import CredentialFormat
import Model
import OAuth
import Persistence
import Policy

extension ConsentPage {
    /// Up to so many organizations each have a card; more are a list to pick from.
    private static let mostCards = 6

    init(
        _ question: ConsentQuestion, _ request: AuthorizationRequest, of member: Member, action: String, token: String,
        otherUserLink: String, appsLink: String
    ) {
        let app = question.app
        let choices = question.organizations.map { organization in
            Choice(
                id: organization.id.description, name: organization.name,
                detail: Self.place(of: organization, among: question.organizations),
                isChosen: organization.id == question.suggested)
        }
        let links = [
            ("Homepage", app.links.homepage), ("Privacy policy", app.links.policy), ("Terms", app.links.terms),
        ].compactMap { words, link in link.map { (words, $0.text) } }
        self.init(
            action: action, token: token, request: request.query, app: app.name, owner: question.owner,
            logo: app.links.logo?.text, initial: AppWords.initial(app.name), email: member.email.text,
            otherUserLink: otherUserLink,
            oneOrganization: choices.count == 1 ? choices.first.map { OneOrganization(id: $0.id, name: $0.name) } : nil,
            fewOrganizations: (2...Self.mostCards).contains(choices.count) ? Organizations(choices: choices) : nil,
            manyOrganizations: choices.count > Self.mostCards
                ? Organizations(choices: choices, isCut: question.hasMoreOrganizations) : nil,
            search: question.search != nil || question.hasMoreOrganizations
                ? Search(text: question.search?.text ?? "") : nil,
            hasOrganizations: !choices.isEmpty,
            groups: Self.groups(question.scopes), destination: Self.destination(request.redirectURI),
            appsLink: appsLink,
            links: links.enumerated().map { index, link in
                PageLink(words: link.0, address: link.1, isLast: index == links.count - 1)
            }, hasLinks: !links.isEmpty)
    }

    /// Under which of the others it stands.
    private static func place(of organization: Organization, among all: [Organization]) -> String? {
        let above = organization.path.identifiers.dropLast().compactMap { id in all.first { $0.id == id }?.name }
        return above.isEmpty ? nil : "in " + above.joined(separator: " › ")
    }

    /// Scopes of one heading together, in the order in which the headings come.
    private static func groups(_ scopes: [ConsentScope]) -> [Group] {
        var headings: [String?] = []
        for scope in scopes where !headings.contains(scope.group) { headings.append(scope.group) }
        return headings.map { heading in
            Group(
                heading: heading,
                rights: scopes.filter { $0.group == heading }.map {
                    Right(description: $0.description, danger: $0.danger, wasGranted: $0.wasGranted)
                })
        }
    }

    /// The host that the browser goes to, or what an app on the own device is to its user.
    private static func destination(_ redirectURI: String) -> String {
        guard let uri = try? RedirectURI(parsing: redirectURI) else { return "the app" }
        guard let origin = uri.origin else { return "the app on this device" }
        return origin.hasPrefix("http://") ? "the app on this device" : String(origin.dropFirst("https://".count))
    }
}
