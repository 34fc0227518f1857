import ProductDefinition
import Mustache

/// Lays pages out.
package struct PageWriter: Sendable {
    private let library: MustacheLibrary
    private let site: Site
    private let terms: [String: [String: String]]

    /// - Throws: What is wrong with a template.
    package init(site: Site) throws {
        self.site = site
        terms = TemplateTerms.of(site.words)
        PageText.register()
        var library = MustacheLibrary()
        for (name, text) in PageTemplate.partials { try library.register(PageText.pragma + text, named: name) }
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
        /// What the product calls things, by term and form.
        let terms: [String: [String: String]]
        let homeLink: String
        let shell: Shell?
        let supportLink: String?
        let stylesheet: String
        let productStylesheet: String?
        let productIcon: String
        let productLogo: String?
        let productLogoWords: String
        let productInitial: String
        /// Nil where the logo has it.
        let productName: String?
        let frame: String
        let page: any Page
    }

    /// The page as HTML.
    package func html<P: Page>(_ page: P) -> String {
        let surroundings = Surroundings(
            title: page.notice?.isError == true ? "Error: \(page.title)" : page.title, product: site.product,
            terms: terms, homeLink: site.link(.home), shell: page.shell, supportLink: site.supportLink,
            stylesheet: site.stylesheet, productStylesheet: site.assets.stylesheet.map(site.link),
            productIcon: site.link(site.assets.icon), productLogo: site.assets.logo.map(site.link),
            productLogoWords: site.logoHasName ? site.product : "", productInitial: Initial.of(site.product),
            productName: site.logoHasName ? nil : site.product, frame: P.frame.rawValue, page: page)
        let html = library.render(TemplateValue(surroundings), withTemplate: P.template.rawValue) ?? ""
        // Nothing that a page shows can spell the mark, because it begins with an angle bracket.
        return html.replacing(Script.mark, with: P.scripts.map(\.element).joined(separator: "\n"))
    }
}
