import Foundation
import ProductDefinition
import TestSupport
import Testing

@testable import WebConsole

private let acme = """
    product: {name: Acme Carbon}
    scopes: {data.read: {description: Read your data}}
    look: {accent: "#0b57d0"}
    """

/// What a product looks like is its own, down to the icon of the tab.
@Suite("Pages in the look of a product", .server(on: [.sqlite], product: acme))
struct ProductLookPageTests {
    @Test func `every page loads the product's colours after ours, and shows its initial where it has no logo`()
        async throws
    {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let signIn = try await visitor.open("/sign-in")
        #expect(signIn.text.contains("<h1>Sign in to Acme Carbon</h1>"))
        #expect(
            signIn.text.contains("<span class=\"brand-mark\" aria-hidden=\"true\">A</span><span>Acme Carbon</span>"))
        _ = try await visitor.signIn(demo)
        for page in [signIn, try await visitor.open("/account"), try await visitor.open("/nowhere")] {
            let sheets = page.text.matches(of: /<link rel="stylesheet" href="([^"]+)">/).map { String($0.1) }
            guard page.headers["content-type"] == "text/html; charset=utf-8" else { continue }
            #expect(sheets.count == 2, "\(sheets)")
            #expect(sheets.last?.wholeMatch(of: /\/assets\/product-[0-9a-f]{16}\.css/) != nil)
        }
    }

    @Test func `colours and icon are kept for good under names of their content`() async throws {
        let (server, _) = try RunningServer.current
        let page = try await server.get("/sign-in").text
        let sheet = try await server.get(
            String(try #require(page.firstMatch(of: /href="(\/assets\/product-[0-9a-f]{16}\.css)"/)).1))
        #expect(sheet.text.contains("--accent: #0b57d0;"))
        let icon = try await server.get(
            String(try #require(page.firstMatch(of: /<link rel="icon" href="(\/assets\/icon-[0-9a-f]{16}\.svg)"/)).1))
        #expect(icon.headers["content-type"] == "image/svg+xml")
        #expect(icon.text.contains("#0b57d0") && icon.text.contains(">A</text>"))
        for asset in [sheet, icon] {
            #expect(asset.status == 200)
            #expect(asset.headers["cache-control"] == "public, max-age=31536000, immutable")
            #expect(asset.headers["x-content-type-options"] == "nosniff")
            #expect(
                asset.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox")
        }
    }

    @Test func `a colour that cannot be read stops the start, and says what was measured`() async throws {
        try await withTemporaryFolder { folder in
            let pale = acme.replacing("#0b57d0", with: "#ffd400")
            try pale.write(toFile: "\(folder)/claviger.yaml", atomically: true, encoding: .utf8)
            let run = try await FinishedCommand.claviger(
                ["demo", "--product", "\(folder)/claviger.yaml", "--listen", "127.0.0.1:0"])
            #expect(run.status != 0)
            #expect(
                run.text.contains("claviger.yaml:3:16: look.accent: #ffd400 has a contrast of") == true, "\(run.text)")
        }
    }

    @Test func `a logo stands in the place of the initial, and of the name that is in it`() async throws {
        try await withTemporaryFolder { folder in
            let drawing = """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9"/></svg>
                """
            try drawing.write(toFile: "\(folder)/mark", atomically: true, encoding: .utf8)
            try acme.replacing("accent: \"#0b57d0\"", with: "logo: mark, logo_has_name: true")
                .write(toFile: "\(folder)/claviger.yaml", atomically: true, encoding: .utf8)
            let site = Site(product: try .load(from: "\(folder)/claviger.yaml"), issuer: "https://id.example")
            let page = try PageWriter(site: site).html(MessagePage(heading: "Hello", paragraphs: []))
            let html = String(decoding: page, as: UTF8.self)
            let path = try #require(site.assets.logo?.path)
            #expect(path.wholeMatch(of: /\/assets\/logo-[0-9a-f]{16}\.svg/) != nil)
            #expect(html.contains("<img class=\"brand-logo\" src=\"\(path)\" alt=\"Acme Carbon\" height=\"28\">"))
            #expect(html.contains("<link rel=\"icon\" href=\"\(path)\">"))
            #expect(!html.contains("<span>Acme Carbon</span>"))
        }
    }
}
