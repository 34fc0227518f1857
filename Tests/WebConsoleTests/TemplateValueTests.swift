import Mustache
import Testing

@testable import WebConsole

/// What a template sees of a value is what it would see by reflection.
@Suite("Values as templates see them")
struct TemplateValueTests {
    private struct Inner {
        let name: String
        let kind: Kind
        var under: String?
    }

    private enum Kind { case small }

    private struct Outer {
        let title = "Title"
        let count = 3
        let isOpen = true
        let isShut = false
        let nothing: String? = nil
        let something: String? = "something"
        let inner: Inner? = Inner(name: "one", kind: .small)
        let items = [Inner(name: "a", kind: .small, under: "below"), Inner(name: "b", kind: .small)]
        let empty: [Inner] = []
        let pair = (left: "l", right: 2)
        let words = ["x", "y"]
        let terms = ["app": ["singular": "app"]]
        let under = "outer"
    }

    @Test(arguments: [
        ("{{title}} {{count}}", "Title 3"),
        ("{{#isOpen}}o{{/isOpen}}{{#isShut}}s{{/isShut}}{{^isShut}}n{{/isShut}}", "on"),
        ("{{#nothing}}n{{/nothing}}{{^nothing}}-{{/nothing}}{{something}}", "-something"),
        ("{{#inner}}{{name}} {{kind}} {{title}}{{/inner}}", "one small Title"),
        ("{{#items}}{{name}}:{{under}} {{/items}}", "a:below b:outer "), ("{{^empty}}none{{/empty}}", "none"),
        ("{{pair.left}}{{pair.right}}", "l2"), ("{{#words}}{{.}}{{/words}}", "xy"), ("{{terms.app.singular}}", "app"),
        ("{{inner.name}}", "one"),
    ])
    func `are what reflection finds`(_ template: String, _ text: String) throws {
        let template = try MustacheTemplate(string: template)
        #expect(template.render(TemplateValue(Outer())) == text)
        #expect(template.render(Outer()) == text, "as the library itself would")
    }
}
