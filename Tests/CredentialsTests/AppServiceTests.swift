import CredentialFormat
import Credentials
import Model
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@Suite("Apps", .onEveryEngine)
struct AppServiceTests {
    @Test func `a confidential app comes with one secret, shown once`() async throws {
        try await SampleTree.open { tree in
            let heard = Heard(on: tree.store)
            let draft = AppDraft(
                name: " Report Builder ", redirectURIs: ["https://a.example/cb", "http://127.0.0.1/cb"],
                scopes: ["data.read", "openid", "claviger:members.read"], authenticationMethod: "client_secret_post",
                postLogoutRedirectURIs: ["com.example.app:/bye"], logoURI: "https://a.example/logo.png",
                clientURI: "https://a.example", policyURI: "https://a.example/policy",
                termsURI: "https://a.example/terms", accessTokenSeconds: 600, refreshTokenSeconds: 86_400,
                tokenFormat: "jwt", idTokenAlgorithm: "EdDSA")
            let (app, issued) = try await tree.app(draft, in: tree.europe, as: tree.caller(of: tree.global))
            #expect(app.name == "Report Builder")
            #expect(app.availability == .account)
            #expect(app.authentication == .post)
            #expect(app.redirectURIs.map(\.text) == ["https://a.example/cb", "http://127.0.0.1/cb"])
            #expect(app.signedOutURIs.map(\.text) == ["com.example.app:/bye"])
            #expect(app.scopes.text == "claviger:members.read data.read openid")
            #expect(app.links.logo?.text == "https://a.example/logo.png")
            #expect(app.links.terms?.text == "https://a.example/terms")
            #expect(app.accessTokenSeconds == 600 && app.refreshTokenSeconds == 86_400)
            #expect(app.tokenFormat == .jwt && app.idTokenAlgorithm == .edDSA)
            #expect(heard.changes == [.app(app.id)])
            let secret = try #require(issued).secret
            #expect(secret.hasPrefix("clv_cs_"))
            let found = try #require(try await tree.store.read { tx in try tx.appForVerification(app.id) })
            #expect(found.app == app)
            #expect(found.standing.path == tree.europe.path)
            let presented = try #require(PresentedSecret(parsing: Array(secret.utf8), brand: tree.product.brand))
            #expect(found.secrets.map { $0.digest.matches(presented.digest(under: tree.peppers.newest)) } == [true])
        }
    }

    @Test func `what is left out makes an app of its own account that keeps a secret (threat S3)`() async throws {
        try await SampleTree.open { tree in
            let (app, issued) = try await tree.app(in: tree.europe)
            #expect(app.authentication == .anySecret)
            #expect(app.requiresPKCE)
            #expect(issued != nil)
            #expect(app.availability == .account)
            #expect(app.signedOutURIs.isEmpty)
            #expect(app.links == AppLinks())
            #expect(app.accessTokenSeconds == nil && app.refreshTokenSeconds == nil)
            #expect(app.tokenFormat == .sealed && app.idTokenAlgorithm == .es256)
        }
    }

    @Test func `a list tells the organization, the people and the last use of each, and finds by name`() async throws {
        try await SampleTree.open { tree in
            let first = try await tree.app(in: tree.global).app
            let second = try await tree.app(.sample { $0.name = "Planner" }, in: tree.france).app
            _ = try await tree.app(in: tree.stranger)
            let (ada, bob) = (
                try await tree.member(in: tree.global, roles: []),
                try await tree.member(in: tree.global, roles: [], email: "bob@example.com")
            )
            for member in [ada, bob] { _ = try await tree.grant(to: second, by: member, in: tree.europe) }
            _ = try await tree.grant(to: second, by: ada, in: tree.france)
            let use = LastUse(at: tree.clock.current, address: nil, count: 3)
            try await tree.store.write { tx in try tx.recordUse(app: first.id, count: 3, at: use.at, address: nil) }
            func list(_ search: String? = nil, in place: Organization, as actor: Actor) async throws -> [ListedApp] {
                try await tree.store.read { [apps = tree.apps] tx in
                    var query = AppQuery()
                    (query.search, query.isDescending) = (NameSearch(search), false)
                    return try apps.list(in: place, query, limit: 50, countingTo: 500, as: actor, tx: tx).page.items
                }
            }
            let admin = tree.caller(of: tree.global)
            let all = try await list(in: tree.global, as: admin)
            #expect(all.map(\.app) == [first, second])
            #expect(all.map(\.organizationName) == ["Global", "France"])
            #expect(all.map(\.people) == [0, 2])
            #expect(all.map(\.lastUse) == [use, nil])
            #expect(try await list("PLAN", in: tree.global, as: admin).map(\.app.id) == [second.id])
            #expect(try await list(in: tree.europe, as: tree.caller(of: tree.europe)).map(\.app.id) == [second.id])
            await #expect(throws: Refusal.notFound) {
                _ = try await list(in: tree.global, as: tree.caller(of: tree.stranger))
            }
            let one = try await tree.store.read { [apps = tree.apps] tx in
                try apps.describe(second.id, in: tree.france.id, as: admin, tx: tx)
            }
            #expect(one.app == second && one.people == 2)
            await #expect(throws: Refusal.notFound) {
                _ = try await tree.store.read { [apps = tree.apps] tx in
                    try apps.describe(second.id, in: tree.europe.id, as: admin, tx: tx)
                }
            }
            let count = try await tree.store.read { [apps = tree.apps] tx in
                try apps.list(in: tree.france, AppQuery(), limit: 1, countingTo: 500, as: admin, tx: tx).count
            }
            #expect(count == 2, "Of the account, wherever in it they are.")
        }
    }

    @Test func `a public app has no secret, and none to rotate`() async throws {
        try await SampleTree.open { tree in
            let (app, issued) = try await tree.app(.sample { $0.authenticationMethod = "none" }, in: tree.europe)
            #expect(issued == nil)
            #expect(app.isPublic)
            #expect(try await tree.store.read { tx in try tx.clientSecrets(of: .app(app.id)).count } == 0)
            let refusal = await #expect(throws: Refusal.self) {
                try await tree.store.write { [apps = tree.apps] tx in
                    _ = try apps.rotate(app.id, in: tree.europe.id, as: SampleTree.theOperator, tx: tx)
                }
            }
            guard case .conflict("public_app", _) = refusal else {
                Issue.record("Refused as \(String(describing: refusal))")
                return
            }
            #expect(try await tree.store.read { tx in try tx.clientSecrets(of: .app(app.id)).count } == 0)
        }
    }

    @Test(arguments: BadAppField.all)
    func `a bad field is named, on creation and again on change (threat S4)`(_ bad: BadAppField) async throws {
        try await SampleTree.open { tree in
            let app = try await tree.app(in: tree.global).app
            let draft = AppDraft.sample(bad.draft)
            let made = await #expect(throws: Refusal.self) { _ = try await tree.app(draft, in: tree.global) }
            #expect(made?.fields == [bad.field])
            guard let change = bad.edit else { return }
            let edit = Self.edit(change)
            let changed = await #expect(throws: Refusal.self) {
                try await tree.store.write { [apps = tree.apps] tx in
                    _ = try apps.edit(app.id, in: tree.global.id, edit, as: SampleTree.theOperator, tx: tx)
                }
            }
            #expect(changed?.fields == [bad.field])
            #expect(try await tree.store.read { tx in try tx.app(app.id) } == app)
        }
    }

    private static func edit(_ change: (inout AppEdit) -> Void) -> AppEdit {
        var edit = AppEdit()
        change(&edit)
        return edit
    }

    @Test func `an app never begins or ceases to keep a secret, and a public one never goes without PKCE`() async throws
    {
        try await SampleTree.open { tree in
            let (kept, open) = (
                try await tree.app(in: tree.global).app,
                try await tree.app(.sample { $0.authenticationMethod = "none" }, in: tree.global).app
            )
            #expect(open.requiresPKCE)
            for (app, edit, field) in [
                (kept, AppEdit(authenticationMethod: "none"), "token_endpoint_auth_method"),
                (open, AppEdit(authenticationMethod: "client_secret_basic"), "token_endpoint_auth_method"),
                (open, AppEdit(authenticationMethod: .some(nil)), "token_endpoint_auth_method"),
                (open, AppEdit(requiresPKCE: false), "require_pkce"),
            ] {
                let refusal = await #expect(throws: Refusal.self) {
                    try await tree.store.write { [apps = tree.apps] tx in
                        _ = try apps.edit(app.id, in: tree.global.id, edit, as: SampleTree.theOperator, tx: tx)
                    }
                }
                #expect(refusal?.fields == [field])
                #expect(try await tree.store.read { tx in try tx.app(app.id) } == app)
            }
        }
    }

    @Test func `where the product lets confidential apps do without PKCE, that is what an app does unless it says`()
        async throws
    {
        let product = Product(name: "Lax", policy: ProductPolicy(confidentialAppsWithoutPKCE: true))
        try await SampleTree.open(product: product) { tree in
            for (method, asked, given) in [
                (nil, nil, false), (nil, true, true), (nil, false, false), ("none", nil, true), ("none", true, true),
            ] as [(String?, Bool?, Bool)] {
                let draft = AppDraft.sample {
                    $0.authenticationMethod = method
                    $0.requiresPKCE = asked
                }
                let (app, _) = try await tree.app(draft, in: tree.global)
                #expect(app.requiresPKCE == given)
            }
        }
    }

    @Test func `a bad redirect URI is explained`() async throws {
        try await SampleTree.open { tree in
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await tree.app(.sample { $0.redirectURIs = ["https://a.example/#x"] }, in: tree.global)
            }
            guard case .invalid(let fields) = refusal else { return }
            #expect(fields.first?.message == RedirectURI.Problem.fragment.explanation)
        }
    }

    @Test func `everything but whether it keeps a secret can be changed, and null takes it away`() async throws {
        try await SampleTree.open { tree in
            let app = try await tree.app(in: tree.global).app
            tree.clock.advance(seconds: 1)
            let edit = { (edit: AppEdit, revision: Int?) in
                try await tree.store.write { [apps = tree.apps] tx in
                    try apps.edit(
                        app.id, in: tree.global.id, edit, expecting: revision.map { .exactly($0) } ?? .any,
                        as: SampleTree.theOperator, tx: tx)
                }
            }
            let changed = try await edit(
                AppEdit(
                    name: "New", redirectURIs: ["https://b.example/cb"], scopes: ["data.write"],
                    authenticationMethod: "client_secret_post", requiresPKCE: false,
                    postLogoutRedirectURIs: ["https://b.example/bye"], availableTo: "everyone",
                    logoURI: "https://b.example/logo", clientURI: "https://b.example", policyURI: "https://b.example/p",
                    termsURI: "https://b.example/t", accessTokenSeconds: 60, refreshTokenSeconds: 3600,
                    tokenFormat: "jwt", idTokenAlgorithm: "RS256"), 1)
            #expect(changed.name == "New" && changed.availability == .everyone)
            #expect(changed.redirectURIs.map(\.text) == ["https://b.example/cb"])
            #expect(changed.scopes.text == "data.write")
            #expect(changed.refreshTokenSeconds == 3600 && changed.idTokenAlgorithm == .rs256)
            #expect(changed.authentication == .post && !changed.requiresPKCE)
            let event = try #require(try await tree.auditEvents().first)
            #expect(event.action == "app.changed")
            #expect(event.details["fields"]?.split(separator: " ").count == 15)
            let cleared = try await edit(
                AppEdit(
                    authenticationMethod: .some(nil), postLogoutRedirectURIs: [], logoURI: .some(nil),
                    clientURI: .some(nil), policyURI: .some(nil),
                    termsURI: .some(nil), accessTokenSeconds: .some(nil), refreshTokenSeconds: .some(nil)), 2)
            #expect(cleared.authentication == .anySecret && !cleared.requiresPKCE)
            #expect(cleared.links == AppLinks() && cleared.signedOutURIs.isEmpty)
            #expect(cleared.accessTokenSeconds == nil && cleared.refreshTokenSeconds == nil)
            #expect(cleared.redirectURIs == changed.redirectURIs && cleared.availability == .everyone)
            #expect(try await tree.store.read { tx in try tx.app(app.id) } == cleared)
            await #expect(throws: Refusal.preconditionFailed) { _ = try await edit(AppEdit(name: "X"), 2) }
        }
    }

    @Test func `with an app its secrets and all that it was granted go`() async throws {
        try await SampleTree.open { tree in
            let app = try await tree.app(in: tree.global).app
            let member = try await tree.member(in: tree.global, roles: [])
            let grant = try await tree.grant(to: app, by: member, in: tree.europe)
            let heard = Heard(on: tree.store)
            try await tree.store.write { [apps = tree.apps] tx in
                try apps.delete(app.id, in: tree.global.id, as: SampleTree.theOperator, tx: tx)
            }
            #expect(heard.changes == [.app(app.id)])
            #expect(try await tree.store.read { tx in try tx.appForVerification(app.id) } == nil)
            #expect(try await tree.store.read { tx in try tx.clientSecrets(of: .app(app.id)).count } == 0)
            #expect(try await tree.store.read { tx in try tx.grant(grant.id) } == nil)
        }
    }

    @Test func `of 64 who make apps at once, no more get one than the account may have`() async throws {
        let product = Product(name: "Small", policy: ProductPolicy(appsPerAccount: 7))
        try await SampleTree.open(product: product) { tree in
            let ends = await race(64) { number in
                try await tree.app(in: number.isMultiple(of: 2) ? tree.global : tree.france)
            }
            #expect(ends.count { $0.isSuccess } == 7)
            _ = try await tree.app(in: tree.stranger)
        }
    }

    @Test func `a list holds an organization's apps, and on request those below it`() async throws {
        try await SampleTree.open { tree in
            var made: [ID<App>] = []
            for organization in [tree.global, tree.europe, tree.france, tree.northAmerica] {
                made.append(try await tree.app(in: organization).app.id)
            }
            _ = try await tree.app(in: tree.stranger)
            let list = { (organization: Organization, below: Bool, page: Page) in
                try await tree.store.read { [apps = tree.apps] tx in
                    try apps.list(
                        in: organization.id, includeDescendants: below, page: page, as: tree.caller(of: tree.global),
                        tx: tx)
                }
            }
            #expect(try await list(tree.europe, false, Page()).items.map(\.id) == [made[1]])
            #expect(try await list(tree.europe, true, Page()).items.map(\.id) == [made[1], made[2]])
            let first = try await list(tree.global, true, Page(limit: 3))
            #expect(first.items.map(\.id) == Array(made[..<3]))
            #expect(try await list(tree.global, true, Page(after: first.next)).items.map(\.id) == [made[3]])
        }
    }
}

/// A field that no app may have so.
struct BadAppField: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let field: String
    let draft: @Sendable (inout AppDraft) -> Void
    /// The same as a change, nil for what cannot be changed.
    let edit: (@Sendable (inout AppEdit) -> Void)?

    private init(
        _ testDescription: String, _ field: String, _ draft: @escaping @Sendable (inout AppDraft) -> Void,
        _ edit: (@Sendable (inout AppEdit) -> Void)?
    ) {
        self.testDescription = testDescription
        self.field = field
        self.draft = draft
        self.edit = edit
    }

    private static func redirects(_ name: String, _ uris: [String], _ field: String) -> BadAppField {
        BadAppField(name, field) {
            $0.redirectURIs = uris
        } _: {
            $0.redirectURIs = uris
        }
    }

    private static func scopes(_ name: String, _ scopes: [String], _ field: String) -> BadAppField {
        BadAppField(name, field) {
            $0.scopes = scopes
        } _: {
            $0.scopes = scopes
        }
    }

    static let all = [
        BadAppField("no name", "name") {
            $0.name = " "
        } _: {
            $0.name = " "
        },
        redirects("no redirect URI", [], "redirect_uris"),
        redirects("21 of them", (0...20).map { "https://a.example/\($0)" }, "redirect_uris"),
        redirects("one twice", ["https://a.example/", "https://a.example/"], "redirect_uris.1"),
        redirects(
            "a loopback port apart", ["http://127.0.0.1:1/cb", "http://127.0.0.1:2/cb"], "redirect_uris.1"),
        redirects("script (threat R8)", ["https://a.example/", "javascript:alert(1)"], "redirect_uris.1"),
        redirects("data (threat R8)", ["data:text/html,x"], "redirect_uris.0"),
        redirects("plain http", ["http://a.example/"], "redirect_uris.0"),
        redirects("no host", ["https:///cb"], "redirect_uris.0"),
        redirects("a pattern", ["https://*.a.example/"], "redirect_uris.0"),
        redirects("a parameter of our answer (threat R7)", ["https://a.example/?x=1&%63ode=1"], "redirect_uris.0"),
        redirects("another (threat R7)", ["https://a.example/", "https://a.example/?state=1"], "redirect_uris.1"),
        BadAppField("a parameter of our answer to a sign-out (threat R7)", "post_logout_redirect_uris.1") {
            $0.postLogoutRedirectURIs = ["https://a.example/?code=1", "https://a.example/?State=1"]
        } _: {
            $0.postLogoutRedirectURIs = ["https://a.example/?code=1", "https://a.example/?State=1"]
        },
        BadAppField("script after a sign-out (threat R8)", "post_logout_redirect_uris.0") {
            $0.postLogoutRedirectURIs = ["javascript:alert(1)"]
        } _: {
            $0.postLogoutRedirectURIs = ["javascript:alert(1)"]
        },
        scopes("no scope", [], "scopes"),
        scopes("an unknown scope", ["data.read", "unheard.of"], "scopes.1"),
        scopes("a management scope that is none", ["claviger:everything"], "scopes.0"),
        BadAppField("a word for available_to", "available_to") {
            $0.availableTo = "all"
        } _: {
            $0.availableTo = "all"
        },
        BadAppField("a way to authenticate", "token_endpoint_auth_method") {
            $0.authenticationMethod = "tls"
        } _: {
            $0.authenticationMethod = "tls"
        },
        BadAppField(
            "no PKCE for who keeps no secret", "require_pkce",
            {
                $0.authenticationMethod = "none"
                $0.requiresPKCE = false
            }, nil),
        BadAppField("a script for a logo (threat R8)", "logo_uri") {
            $0.logoURI = "javascript:alert(1)"
        } _: {
            $0.logoURI = "javascript:alert(1)"
        },
        BadAppField("data for a logo (threat R8)", "logo_uri") {
            $0.logoURI = "data:image/svg+xml,x"
        } _: {
            $0.logoURI = "data:image/svg+xml,x"
        },
        BadAppField("a plain homepage", "client_uri") {
            $0.clientURI = "http://a.example"
        } _: {
            $0.clientURI = "http://a.example"
        },
        BadAppField("a script for the policy (threat R8)", "policy_uri") {
            $0.policyURI = "javascript:x"
        } _: {
            $0.policyURI = "javascript:x"
        },
        BadAppField("an empty link", "tos_uri") {
            $0.termsURI = ""
        } _: {
            $0.termsURI = ""
        },
        BadAppField("a short life", "access_token_seconds") {
            $0.accessTokenSeconds = 59
        } _: {
            $0.accessTokenSeconds = 59
        },
        BadAppField("a long life", "access_token_seconds") {
            $0.accessTokenSeconds = 86_401
        } _: {
            $0.accessTokenSeconds = 86_401
        },
        BadAppField("a refresh token without end", "refresh_token_seconds") {
            $0.refreshTokenSeconds = .max
        } _: {
            $0.refreshTokenSeconds = .max
        },
        BadAppField("a token format", "token_format") {
            $0.tokenFormat = "saml"
        } _: {
            $0.tokenFormat = "saml"
        },
        BadAppField("no signature", "id_token_signed_response_alg") {
            $0.idTokenAlgorithm = "none"
        } _: {
            $0.idTokenAlgorithm = "none"
        },
    ]
}

extension Refusal {
    fileprivate var fields: [String]? {
        if case .invalid(let fields) = self { fields.map(\.field) } else { nil }
    }
}
