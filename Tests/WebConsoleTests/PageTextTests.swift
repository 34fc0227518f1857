import Policy
import ProductDefinition
import Testing

@testable import WebConsole

@Suite("Text in pages (threat P3)")
struct PageTextTests {
    private let writer: PageWriter

    init() throws {
        writer = try PageWriter(site: Site(product: Product(name: "Altyaa"), issuer: "https://id.example/desk"))
    }

    private func error(_ text: String) -> ErrorPage {
        ErrorPage(
            heading: text, explanation: text, detail: text, requestID: text, link: PageLink(words: text, address: text))
    }

    private func html(_ page: some Page) -> String { String(decoding: writer.html(page), as: UTF8.self) }

    @Test(arguments: [
        "<script>alert(1)</script>", "\"><img src=x>", "' onfocus='x", "&lt;", "\"\u{301} onfocus=alert(1)",
        "<\u{301}script>", "'\u{200D}x", ">\u{FE0F}", "&\u{20DD}", "{{product}}", "{{{product}}}",
    ])
    func `nothing that a page shows becomes markup`(_ text: String) {
        func marks(_ html: String) -> [UInt8] { html.utf8.filter { "<>\"'".utf8.contains($0) } }
        #expect(marks(html(error(text))) == marks(html(error("PLAIN"))))
    }

    @Test func `it is shown as it is otherwise`() {
        #expect(html(error("Grüße, 你好 🗝️")).contains("<h1>Grüße, 你好 🗝️</h1>"))
        #expect(html(error("{{product}}")).contains("<h1>{{product}}</h1>"))
    }

    @Test(arguments: PageTemplate.allCases.map(\.source) + PageTemplate.partials.values + [PageTemplate.layout])
    func `no template has a way around the escaping, a style or a script of its own`(_ template: String) {
        for way in ["{{{", "{{&", "style=", "<style"] { #expect(!template.contains(way), "\(way)") }
        #expect(template.firstMatch(of: /\son[a-z]+=/) == nil)
        #expect(template.firstMatch(of: /=\{\{/) == nil, "an attribute without quotation marks")
        let others = template.replacing("<script>\(FormPostPage.script)</script>", with: "")
        #expect(!others.contains("<script"))
    }

    @Test func `links stand below the path of the issuer, and name no host`() {
        let site = Site(product: .standard, issuer: "https://id.example/desk")
        #expect(html(error("x")).contains("href=\"/desk/assets/claviger-"))
        #expect(site.link(.account) == "/desk/account")
        #expect(site.address.origin == "https://id.example")
        #expect(Site(product: .standard, issuer: "https://id.example:8443").address.origin == "https://id.example:8443")
    }
}
