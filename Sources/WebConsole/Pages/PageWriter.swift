import Mustache

/// Lays pages out.
package struct PageWriter: Sendable {
    private let library: MustacheLibrary
    private let site: Site

    /// - Throws: What is wrong with a template.
    package init(site: Site) throws {
        self.site = site
        PageText.register()
        var library = MustacheLibrary()
        for (name, text) in PageTemplate.parts { try library.register(PageText.pragma + text, named: name) }
        for template in PageTemplate.allCases {
            let whole = PageTemplate.layout.replacing(
                "{{! the page stands here }}", with: "{{#page}}\n\(template.source){{/page}}")
            try library.register(PageText.pragma + whole, named: template.rawValue)
        }
        self.library = library
    }

    /// What a template sees around the page.
    private struct Surroundings {
        let title: String
        let product: String
        let homeLink: String
        let tabs: Tabs?
        let supportLink: String?
        let stylesheet: String
        let frame: String
        let page: any Page
    }

    /// The page as HTML.
    package func html<P: Page>(_ page: P) -> String {
        let surroundings = Surroundings(
            title: page.notice?.isError == true ? "Error: \(page.title)" : page.title, product: site.product,
            homeLink: site.link(.home), tabs: page.tabs, supportLink: site.supportLink,
            stylesheet: site.stylesheet, frame: P.frame.rawValue, page: page)
        return library.render(surroundings, withTemplate: P.template.rawValue) ?? ""
    }
}
