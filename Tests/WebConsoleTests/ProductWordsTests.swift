import Model
import Policy
import ProductDefinition
import Templating
import TestSupport
import Testing

@testable import WebConsole

/// Pages call things as the product of the file does, and never as we do.
@Suite("Pages in the words of a product")
struct ProductWordsTests {
    @Test(.endedIfItHangs, arguments: OurWords.samples)
    func `none of ours is left on any page on which the product has its own`(_ name: String) async throws {
        let (text, product) = try OurWords.sample(name)
        let words = OurWords(product)
        try await ServerProcess.withDemo(product: text) { server, demo in
            var walk = WordWalk(server, demo, product)
            try await walk.visitor()
            try await walk.signedIn()
            try await walk.consent()
            try await walk.links()
            try await walk.console()
            #expect(walk.pages.count > 50)
            for (path, page) in walk.pages {
                #expect(words.found(onPage: page.text) == [], "\(name) \(path)")
            }
        }
    }

    @Test func `one of ours would be found, and the product's own are not taken for it`() throws {
        let words = OurWords(try OurWords.sample("onetrust").product)
        #expect(words.found(onPage: "<p>Two integrations</p>").count == 1)
        #expect(words.found(onPage: "<a aria-label='x' title=\"An API key\"></a>").count == 1)
        #expect(words.found(onPage: "<h1>OAuth 2.0 API keys</h1><p>client credentials</p>") == [])
        let company = OurWords(try OurWords.sample("allmoxy").product)
        #expect(company.found(in: "Back to your account\nAccount\nwants to access your Allmoxy account") == [])
        #expect(company.found(in: "This account is suspended").count == 1)
        #expect(company.found(in: "Choose an organization").count == 1)
    }

    @Test func `a template knows every word in every form, with its article`() throws {
        let (_, product) = try OurWords.sample("altyaa")
        func text(_ template: String) throws -> String {
            let library = try TemplateLibrary(["words": TemplateSource(file: "words", text: template)])
            let bytes = try library.template("words").bytes(of: .of(TemplateTerms(product.words)))
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(try text("{{api_key.indefinite}}") == "a workspace API key")
        #expect(try text("{{member.capitalizedPlural}}") == "Teammates")
        for term in Term.allCases {
            let word = product.words[term]
            #expect(
                try text("{{\(term.rawValue).singular}} {{\(term.rawValue).plural}}")
                    == "\(word.singular) \(word.plural)")
            #expect(try text("{{\(term.rawValue).capitalized}}") == word.capitalized)
        }
    }
}

/// Goes through the pages of a product, and keeps them.
private struct WordWalk {
    private(set) var pages: [(path: String, page: Answer)] = []
    private let server: ServerProcess
    private let demo: DemoCredentials
    private let product: Product
    private var somebody: PageVisitor

    init(_ server: ServerProcess, _ demo: DemoCredentials, _ product: Product) {
        self.server = server
        self.demo = demo
        self.product = product
        somebody = PageVisitor(server)
    }

    private var role: String { product.roles.first { !$0.isForOperator && !$0.permissions.isEmpty }?.name ?? "" }

    private mutating func keep(_ path: String, _ page: Answer) -> Answer {
        pages.append((path, page))
        return page
    }

    private mutating func look(_ path: String) async throws -> Answer { keep(path, try await somebody.open(path)) }

    /// What is seen by who is not signed in.
    mutating func visitor() async throws {
        for path in [
            "/sign-in", "/forgot-password", "/invitation?token=x", "/password-reset?token=x", "/hand-over?token=x",
            "/oauth2/authorize", "/oauth2/authorize?client_id=\(demo.app.id)&redirect_uri=https://evil.example",
            "/oauth2/logout", "/nowhere",
        ] {
            _ = try await look(path)
        }
        let form = try await somebody.open("/sign-in")
        _ = keep(
            "wrong password",
            try await somebody.fill(form, "/sign-in", [("email", "nobody@example.com"), ("password", "no such one")]))
        _ = keep("foreign form", try await somebody.post("/sign-in", [("email", "x"), ("password", "y")]))
    }

    /// One's own account, with two-step verification on the way.
    mutating func signedIn() async throws {
        let signedIn = try await somebody.signIn(demo)
        guard signedIn.status == 303 else { throw ServerFailure("No sign-in: \(signedIn.text)") }
        for path in [
            "/account", "/account/apps", "/account/password", "/account/email", "/account/second-factor",
            "/account/second-factor/remove", "/sign-in/again", "/email-change?token=x",
        ] {
            _ = try await look(path)
        }
        let introduction = try await somebody.open("/account/second-factor")
        let scan = keep("scan", try await somebody.fill(introduction, "/account/second-factor"))
        let codes = keep("codes", try await somebody.fill(scan, "/account/second-factor/confirm", [("show", "codes")]))
        let confirm = keep(
            "confirm", try await somebody.fill(codes, "/account/second-factor/confirm", [("show", "confirm")]))
        _ = keep(
            "wrong code",
            try await somebody.fill(confirm, "/account/second-factor/confirm", [("code", "000000")]))
    }

    /// A consent in one of several organizations, with rights of every kind, and what is left of it.
    mutating func consent() async throws {
        // What the admin has: nobody gives an app more than that.
        let most = product.roles.filter { !$0.isForOperator }.max { $0.permissions.count < $1.permissions.count }
        let rights = (most?.permissions ?? []).map { "claviger:\($0.rawValue)" }.sorted()
        let scopes =
            ["openid", "profile", "email", "organization"] + product.scopes.all.scopes.map(\.name)
            + rights
        let app = try await server.makeApp(in: demo.account, scopes: scopes, as: demo.operatorKey)
        let request = app.request(["scope": scopes.joined(separator: " ")])
        let page = keep("consent", try await somebody.open(request))
        guard page.hidden("request") != nil else {
            throw ServerFailure("No consent: \(page.status) \(page.location ?? page.text)")
        }
        let approved = try await somebody.post(
            "/consent", page.hiddenFields + [("organization", demo.account), ("decision", "approve")])
        guard approved.status == 303 else { throw ServerFailure("No approval: \(approved.text)") }
        let apps = try await look("/account/apps")
        let removal = apps.links("Remove").first ?? ""
        let asked = try await look(removal)
        let removed = try await somebody.fill(asked, "/account/apps/take-back")
        guard removed.status == 303 else { throw ServerFailure("No removal: \(removed.text)") }
        _ = try await look("/account/apps")
        let posted = keep(
            "form post", try await somebody.open(app.request(["scope": "nothing", "response_mode": "form_post"])))
        guard posted.text.contains("document.forms") else { throw ServerFailure("No form: \(posted.text)") }
        let out = try await somebody.open("/account")
        let token = out.text.firstMatch(of: /action="\/sign-out"><input type="hidden" name="csrf" value="([^"]+)"/)
        _ = keep("signed out", try await somebody.post("/sign-out", [("csrf", String(token?.1 ?? ""))]))
    }

    /// The pages of the console and of the operator, each kind once, as people come to them by links: as whoever may do most in an
    /// account, and as one of the operator's people.
    mutating func console() async throws {
        let most = product.roles.filter { !$0.isForOperator }.max { $0.permissions.count < $1.permissions.count }
        let desk = product.roles.first { $0.isForOperator }
        for (role, start) in [(most, "/o/\(demo.account)"), (desk, "/operator/accounts")] {
            guard let person = role.flatMap({ demo.people[$0.name] }) else {
                throw ServerFailure("Nobody to sign in as.")
            }
            somebody = PageVisitor(server)
            guard try await somebody.signIn(person.email, person.password).status == 303 else {
                throw ServerFailure("\(person.email) is not let in.")
            }
            // The definition itself is shown in its own words, and the audit log's file has the log's beside the product's.
            var (waiting, known): ([String], Set<String>) = ([start], ["/operator/product", "/o/-/audit-log/file"])
            while let path = waiting.first {
                waiting.removeFirst()
                guard known.insert(Self.kind(of: path)).inserted else { continue }
                let page = try await look(path)
                waiting += page.text.matches(of: /href="(\/(?:o|operator)\/[^"#]*)"/).map {
                    String($0.1).replacing("&amp;", with: "&")
                }
            }
        }
    }

    /// What a page is, whichever thing it is about and however its list is narrowed down.
    private static func kind(of path: String) -> String {
        String(path.prefix { $0 != "?" }).replacing(/[a-z]{2,4}_[0-9A-Za-z]{16,}/, with: "-")
    }

    /// Links, and the choice among two organizations.
    mutating func links() async throws {
        let other = try await server.makeAccount("Other Ltd", as: demo.operatorKey)
        for (index, place) in [demo.account, other].enumerated() {
            let ada = try await Somebody(
                "Ada", email: "ada@words.example", in: place, roles: [role], on: server, demo)
            let link = try await ada.link("invitation", on: server, demo)
            let page = try await look(link)
            if index == 0 { _ = keep("short", try await somebody.setPassword("short", behind: link)) }
            guard try await somebody.setPassword(Somebody.password, behind: link).location == "/account" else {
                throw ServerFailure("No password was set: \(page.text)")
            }
            let reset = try await ada.link("password-reset", on: server, demo)
            _ = try await look(reset)
            somebody = PageVisitor(server)
        }
        let choice = keep(
            "choice", try await somebody.signIn(email: "ada@words.example", password: Somebody.password))
        guard choice.text.contains("/sign-in/organization") else { throw ServerFailure("No choice: \(choice.text)") }
        let suspended = try await server.call(
            "PATCH", "/api/v1/accounts/\(other)", bearer: demo.operatorKey, ["suspended": true])
        guard suspended.status == 200 else { throw ServerFailure("Not suspended: \(suspended.text)") }
        let member = choice.text.matches(of: /name="member" value="(mem_[0-9A-Za-z]+)"/).map { String($0.1) }
        for id in member {
            _ = keep("chosen", try await somebody.fill(choice, "/sign-in/organization", [("member", id)]))
        }
    }
}
