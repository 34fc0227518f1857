import TestSupport
import Testing

private let onetrust = (try? OurWords.sample("onetrust").text) ?? ""

@Suite("Pages about organizations", .server(product: onetrust), .serialized)
struct OrganizationPagesTests {
    private func admin() async throws -> (PageVisitor, DemoCredentials) {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["site-admin"])
        #expect(try await visitor.signIn(person.email, person.password).status == 303)
        return (visitor, demo)
    }

    @Test func `show the tree, and make, rename and delete in it`() async throws {
        var (visitor, demo) = try await admin()
        let path = "/o/\(demo.account)/organizations"
        let tree = try await visitor.open(path)
        #expect(tree.text.contains("Example Ltd and 2 organizations below it."), "\(tree.text)")
        #expect(tree.text.contains("depth-1"))
        let europe = try #require(demo.organizations["Europe"])
        let form = try await visitor.open("/o/\(europe)/organizations/new")
        #expect(form.text.contains("Below Europe"))
        let none = try await visitor.fill(form, "/o/\(europe)/organizations/new", [("name", " ")])
        #expect(none.status == 422 && none.text.contains("id=\"name-error\""))
        for _ in 1...2 {
            let made = try await visitor.fill(form, "/o/\(europe)/organizations/new", [("name", "Benelux")])
            #expect(made.location == "/o/\(europe)/organizations")
        }
        let below = try await visitor.open("/o/\(europe)/organizations")
        #expect(below.good == "Organization created." && below.text.contains("Europe and 1 organization below it."))
        #expect(try await visitor.open("/o/\(europe)/organizations").good == nil, "It is said once.")
        let child = try #require(
            below.text.firstMatch(of: /href="\/o\/(org_[A-Za-z0-9]+)\/organizations"><bdi>Benelux/)
        ).1
        let rename = try await visitor.open("/o/\(child)/organizations/rename")
        _ = try await visitor.fill(rename, "/o/\(child)/organizations/rename", [("name", "Low Countries")])
        #expect(try await visitor.open(path).text.contains("Low Countries"))
        let full = try await visitor.fill(
            try await visitor.open("/o/\(europe)/organizations/delete"), "/o/\(europe)/organizations/delete")
        #expect(full.status == 422 && full.bad?.contains("It still has organizations below it") == true, "\(full.text)")
        let gone = try await visitor.fill(
            try await visitor.open("/o/\(child)/organizations/delete"), "/o/\(child)/organizations/delete")
        #expect(gone.location == "/o/\(europe)/organizations")
        #expect(try await !visitor.open(path).text.contains("Low Countries"))
        #expect(try await visitor.open("/o/\(child)/organizations").status == 404)
        let root = try await visitor.fill(
            try await visitor.open(path + "/delete"), path + "/delete")
        #expect(root.status == 422)
    }

    @Test func `are found by name`() async throws {
        var (visitor, demo) = try await admin()
        let path = "/o/\(demo.account)/organizations"
        let found = try await visitor.open(path + "?q=north")
        #expect(found.rowNames == ["North America"])
        #expect(try await visitor.open(path + "?q=atlantis").text.contains("Nothing matches"))
        #expect(try await visitor.open(path + "?q=\(demo.account)").rowNames == ["Example Ltd"])
    }

    @Test func `are ordered by name and by when they were made, a page at a time`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["operator"])
        _ = try await visitor.signIn(person.email, person.password)
        let account = try await server.makeAccount("Zebra", as: demo.operatorKey)
        let path = "/o/\(account)/organizations"
        let alone = try await visitor.open(path)
        #expect(alone.text.contains("Nothing below Zebra yet") && alone.rowNames == ["Zebra"])
        for name in ["beech", "Ash", "Oak"] {
            let form = try await visitor.open(path + "/new")
            _ = try await visitor.fill(form, path + "/new", [("name", name)])
        }
        #expect(try await visitor.open(path + "?sort=name").rowNames == ["Ash", "beech", "Oak", "Zebra"])
        #expect(try await visitor.open(path + "?sort=-name").rowNames == ["Zebra", "Oak", "beech", "Ash"])
        let newest = try await visitor.open(path + "?sort=-created")
        #expect(newest.rowNames == ["Oak", "Ash", "beech", "Zebra"])
        #expect(newest.text.contains("aria-sort=\"descending\"") && newest.links("Show what is below what") == [path])
        let below = try await visitor.open(try #require(newest.links("Created").first))
        #expect(below.status == 200 && below.rowNames == ["Zebra", "beech", "Ash", "Oak"])
        #expect(newest.text.matches(of: /<td role="cell"><bdi>Zebra<\/bdi>/).count == 3, "Each says what it is below.")
    }

    @Test func `are changed by nobody who may only see them`() async throws {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let person = try #require(demo.people["auditor"])
        _ = try await visitor.signIn(person.email, person.password)
        let path = "/o/\(demo.account)/organizations"
        let tree = try await visitor.open(path)
        #expect(tree.status == 200 && !tree.text.contains("organizations/new") && !tree.text.contains("Actions for"))
        for page in ["/new", "/rename", "/delete"] { #expect(try await visitor.open(path + page).status == 404) }
    }
}
