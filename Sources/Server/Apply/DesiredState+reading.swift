import Credentials
import DefinitionFile
import Model

extension DesiredState {
    /// How many things a file may speak of: they are brought about in one transaction.
    static let maximumThings = 2000

    /// - Parameters:
    ///   - text: YAML.
    ///   - file: As the operator named it.
    /// - Throws: `DefinitionError` with line and column, as all readers here do.
    init(parsing text: String, file: String) throws(DefinitionError) {
        let whole = try FileEntry(parsing: text, file: file)
        let fields = try FieldReader(whole, [AppliedKind.resourceServer.list, AppliedKind.account.list])
        resourceServers = try fields.things { value throws(DefinitionError) in try DesiredResourceServer(value) }
        accounts = try fields.things { value throws(DefinitionError) in try DesiredAccount(value) }
        let count = (resourceServers?.items.count ?? 0) + (accounts?.items.map(\.count).reduce(0, +) ?? 0)
        guard count <= Self.maximumThings else {
            throw whole.error("speaks of \(count) things, and of at most \(Self.maximumThings) it may; split it")
        }
    }
}

extension FieldReader {
    /// The list of things of one kind, nil where it is not said. Two of one name could not be told apart, unless both have an
    /// identifier.
    fileprivate func things<Thing: DesiredThing>(
        _ read: (FileEntry) throws(DefinitionError) -> Thing
    ) throws(DefinitionError) -> DesiredList<Thing>? {
        let list = try list(Thing.kind, read)
        var named: [String: Bool] = [:]
        for head in list?.items.map(\.head) ?? [] {
            if let hasIdentifier = named[head.name], !hasIdentifier || head.id == nil {
                throw head.places.thing.error("\(head.name) stands here twice; say by id which is which")
            }
            named[head.name] = head.id != nil
        }
        return list
    }

    fileprivate func list<Item: Sendable>(
        _ kind: AppliedKind, _ read: (FileEntry) throws(DefinitionError) -> Item
    ) throws(DefinitionError) -> DesiredList<Item>? {
        guard let entry = entry(kind.list) else { return nil }
        var items: [Item] = []
        for value in try entry.list(maximum: DesiredState.maximumThings) { items.append(try read(value)) }
        return DesiredList(place: entry.place, items: items)
    }

    /// - Parameter name: The key of its name.
    fileprivate func head(by name: String = "name") throws(DefinitionError) -> DesiredHead {
        DesiredHead(id: try text("id"), name: try self.name(name), places: places)
    }

    fileprivate func content() throws(DefinitionError) -> DesiredContent {
        let members = try list(.member) { value throws(DefinitionError) in try DesiredMember(value) }
        var addresses: Set<EmailAddress> = []
        for member in members?.items ?? [] where !addresses.insert(member.email).inserted {
            throw member.places.thing.error("\(member.email) stands here twice")
        }
        return DesiredContent(
            organizations: try things { value throws(DefinitionError) in try DesiredOrganization(value) },
            members: members,
            integrations: try things { value throws(DefinitionError) in try DesiredIntegration(value) },
            apps: try things { value throws(DefinitionError) in try DesiredApp(value) })
    }
}

extension DesiredContent {
    /// The keys of its lists.
    fileprivate static let lists = [AppliedKind.organization, .member, .integration, .app].map(\.list)

    fileprivate var count: Int {
        (organizations?.items.map { 1 + $0.content.count }.reduce(0, +) ?? 0) + (members?.items.count ?? 0)
            + (integrations?.items.count ?? 0) + (apps?.items.count ?? 0)
    }
}

extension DesiredAccount {
    fileprivate var count: Int { 1 + content.count }

    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let fields = try FieldReader(entry, ["id", "name", "plan", "suspended", "time_zone"] + DesiredContent.lists)
        head = try fields.head()
        plan = try fields.clearableText("plan")
        suspended = try fields.flag("suspended")
        timeZone = try fields.clearableText("time_zone")
        content = try fields.content()
    }
}

extension DesiredOrganization {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let fields = try FieldReader(entry, ["id", "name"] + DesiredContent.lists)
        head = try fields.head()
        content = try fields.content()
    }
}

extension DesiredResourceServer {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let fields = try FieldReader(entry, ["id", "name", "audiences"])
        head = try fields.head()
        audiences = try fields.requiredTexts("audiences")
    }
}

extension DesiredMember {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let fields = try FieldReader(entry, ["email", "name", "roles", "permissions", "email_verified"])
        email = try fields.email("email")
        name = try fields.name("name")
        roles = try fields.requiredTexts("roles")
        permissions = try fields.texts("permissions")
        isEmailVerified = try fields.flag("email_verified")
        places = fields.places
    }
}

extension DesiredIntegration {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let fields = try FieldReader(
            entry, ["id", "label", "scopes", "allowed_addresses", "access_token_seconds", "token_format", "call_limit"])
        head = try fields.head(by: "label")
        edit = IntegrationEdit(
            label: head.name, scopes: try fields.texts("scopes"),
            allowedAddresses: try fields.clearableTexts("allowed_addresses"),
            accessTokenSeconds: try fields.clearableSeconds("access_token_seconds"),
            tokenFormat: try fields.text("token_format"), callLimit: try fields.clearableText("call_limit"))
    }
}

extension DesiredApp {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let fields = try FieldReader(
            entry,
            [
                "id", "name", "redirect_uris", "scopes", "token_endpoint_auth_method", "require_pkce",
                "post_logout_redirect_uris", "available_to", "logo_uri", "client_uri", "policy_uri", "tos_uri",
                "access_token_seconds", "refresh_token_seconds", "token_format", "id_token_signed_response_alg",
                "call_limit",
            ])
        head = try fields.head()
        redirectURIs = try fields.requiredTexts("redirect_uris")
        scopes = try fields.requiredTexts("scopes")
        edit = AppEdit(
            name: head.name, redirectURIs: redirectURIs, scopes: scopes,
            authenticationMethod: try fields.clearableText("token_endpoint_auth_method"),
            requiresPKCE: try fields.flag("require_pkce"),
            postLogoutRedirectURIs: try fields.texts("post_logout_redirect_uris"),
            availableTo: try fields.text("available_to"), logoURI: try fields.clearableText("logo_uri"),
            clientURI: try fields.clearableText("client_uri"), policyURI: try fields.clearableText("policy_uri"),
            termsURI: try fields.clearableText("tos_uri"),
            accessTokenSeconds: try fields.clearableSeconds("access_token_seconds"),
            refreshTokenSeconds: try fields.clearableSeconds("refresh_token_seconds"),
            tokenFormat: try fields.text("token_format"),
            idTokenAlgorithm: try fields.text("id_token_signed_response_alg"),
            callLimit: try fields.clearableText("call_limit"))
    }
}
