import Testing

@testable import Templating

extension Template {
    fileprivate func text(of value: TemplateValue) -> String { String(decoding: bytes(of: value), as: UTF8.self) }
}

private struct Inner: TemplateReadable {
    let name: String
    var under: String?

    static let templateNames: TemplateNames = ["name", "under"]
    var templateValues: [TemplateValue] { [.text(name), under.map(TemplateValue.text) ?? .nothing] }
}

private struct Reflected {
    let name: String
    let kind: Kind
    var under: String?
    let sizes = [1, 2]
}

private enum Kind { case small }

private struct Outer {
    let title = "Title"
    let count = 3
    let isOpen = true
    let isShut = false
    let nothing: String? = nil
    let something: String? = "something"
    let hollow = ""
    let inner: Inner? = Inner(name: "one")
    let reflected: Reflected? = Reflected(name: "two", kind: .small)
    let items = [Inner(name: "a", under: "below"), Inner(name: "b")]
    let empty: [Inner] = []
    let pair = (left: "l", right: 2)
    let words = ["x", "y"]
    let rows = [["1", "2"], ["3"]]
    let under = "outer"
    let hostile = "<a href=\"x\" title='&amp;'>"
}

/// Mustache (mustache(5)) as far as our templates go.
@Suite("Templates")
struct TemplateTests {
    private static func text(_ template: String, _ parts: [String: String] = [:]) throws -> String {
        let sources = parts.merging(["whole": template]) { $1 }.map { ($0, TemplateSource(file: $0, text: $1)) }
        let library = try TemplateLibrary(Dictionary(uniqueKeysWithValues: sources))
        return try library.template("whole").text(of: .reflecting(Outer()))
    }

    @Test(arguments: [
        ("{{title}} {{count}} {{isOpen}}", "Title 3 true"), ("{{none}}{{none.of.it}}{{title.none}}", ""),
        ("{{#isOpen}}o{{/isOpen}}{{#isShut}}s{{/isShut}}{{^isShut}}n{{/isShut}}", "on"),
        ("{{#nothing}}n{{/nothing}}{{^nothing}}-{{/nothing}}{{something}}", "-something"),
        ("{{#hollow}}there{{/hollow}}{{^hollow}}not{{/hollow}}", "there"),
        ("{{#something}}{{.}}{{/something}}", "something"), ("{{#inner}}{{name}} {{title}}{{/inner}}", "one Title"),
        ("{{#reflected}}{{name}} {{kind}} {{under}} {{#sizes}}{{.}}{{/sizes}}{{/reflected}}", "two small outer 12"),
        ("{{#empty}}some{{/empty}}{{^empty}}none{{/empty}}{{^items}}none{{/items}}", "none"),
        ("{{pair.left}}{{pair.right}}", "l2"), ("{{inner.name}}{{#items}}{{inner.name}}{{/items}}", "oneoneone"),
        ("{{#words}}{{.}}{{/words}}", "xy"), ("{{#rows}}[{{#.}}{{.}}{{/.}}]{{/rows}}", "[12][3]"),
        ("{{#isOpen}}{{#items}}{{#under}}{{name}}{{/under}}{{/items}}{{/isOpen}}", "ab"),
    ])
    func `show what values have`(_ template: String, _ text: String) throws {
        #expect(try Self.text(template) == text)
    }

    @Test func `look further out for what is nothing`() throws {
        #expect(try Self.text("{{#items}}{{name}}:{{under}} {{/items}}") == "a:below b:outer ")
    }

    @Test func `escape by bytes whatever means something in HTML`() throws {
        #expect(
            try Self.text("\"{{hostile}}\"") == "\"&lt;a href=&quot;x&quot; title=&#39;&amp;amp;&#39;&gt;\"")
        let template = try TemplateLibrary(["whole": TemplateSource(file: "", text: "{{.}}")]).template("whole")
        #expect(Array(template.text(of: .text("\"\u{301}<\u{338}é🗝️")).utf8) == Array("&quot;\u{301}&lt;\u{338}é🗝️".utf8))
        #expect(template.text(of: .text("")) == "" && template.text(of: .markup("<b>")) == "<b>")
    }

    @Test(arguments: [
        ("a\n{{#isOpen}}\nb\n{{/isOpen}}\nc\n", "a\nb\nc\n"), ("a\n  {{#isOpen}} \nb\n\t{{/isOpen}}", "a\nb\n"),
        ("{{! nothing }}\na", "a"), ("a {{! nothing }}\nb", "a \nb"), ("{{title}}\n", "Title\n"),
        ("{{#isOpen}} {{/isOpen}}\n", " \n"),
        ("{{#items}}\n{{name}}\n{{/items}}\n{{>part}}\n{{title}}", "a\nb\n<Title>\nTitle"),
        ("{{#items}}{{>part}}{{/items}}\n", "<Title>\n<Title>\n\n"), ("- {{>part}}\n", "- <Title>\n\n"),
    ])
    func `take the lines of tags that stand alone`(_ template: String, _ text: String) throws {
        #expect(try Self.text(template, ["part": "<{{title}}>\n"]) == text)
    }

    @Test func `take another template for a part of a name`() throws {
        let library = try TemplateLibrary([
            "layout": TemplateSource(file: "", text: "[{{>page}}]"), "one": TemplateSource(file: "", text: "1"),
        ])
        #expect(try library.template("layout", with: ["page": "one"]).text(of: .nothing) == "[1]")
    }

    @Test(arguments: [
        ("\n{{#a}}\n{{>none}}{{/a}}", "whole", 3, "there is no {{>none}}"),
        ("{{>whole}}", "whole", 1, "{{>whole}} has itself as a part"),
        ("{{#a}}\n{{#b}}\n{{/a}}{{/b}}", "whole", 3, "{{/a}} ends no section"),
        ("{{/a}}", "whole", 1, "{{/a}} ends no section"),
        ("\n\n{{#a}}{{>open}}", "open", 2, "{{#b}} does not end"), ("\n{{a", "whole", 2, "{{ without }}"),
        ("{{>mutual}}", "mutual", 2, "{{>whole}} has itself as a part"),
        ("a\n  {{>part}}\n", "whole", 2, "{{>part}} stands alone and is indented"),
        ("{{{a}}}", "whole", 1, "{{{a}} is no tag that templates may use"),
        ("{{&a}}", "whole", 1, "{{&a}} is no tag that templates may use"),
        ("{{=<% %>=}}", "whole", 1, "{{=<% %>=}} is no tag that templates may use"),
        ("{{ a }}", "whole", 1, "{{ a }} is no tag that templates may use"),
        ("{{#}}", "whole", 1, "{{#}} is no tag that templates may use"),
        ("{{a..b}}", "whole", 1, "{{a..b}} is no tag that templates may use"),
    ])
    func `are refused with file and line`(_ template: String, _ file: String, _ line: Int, _ reason: String) {
        #expect(throws: TemplateError(file: file, line: line, reason: reason)) {
            try Self.text(template, ["part": "", "open": "\n{{#b}}", "mutual": "\n{{>whole}}"])
        }
    }
}
