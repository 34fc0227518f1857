import ProductDefinition
import Templating

/// Lays pages out.
package struct PageWriter: Sendable {
    private let templates: [PageTemplate: Template]
    private let site: Site
    private let terms: TemplateTerms

    /// - Throws: What is wrong with a template.
    package init(site: Site) throws {
        self.site = site
        terms = TemplateTerms(site.words)
        var texts = PageTemplate.partials
        texts["layout"] = PageTemplate.layout
        for template in PageTemplate.allCases { texts[template.rawValue] = template.source }
        var sources: [String: TemplateSource] = [:]
        for (name, text) in texts { sources[name] = TemplateSource(file: "\(name).mustache", text: text) }
        let library = try TemplateLibrary(sources)
        templates = try PageTemplate.allCases.reduce(into: [:]) { templates, template in
            templates[template] = try library.template("layout", with: ["page": template.rawValue])
        }
    }

    /// The page as HTML, in UTF-8.
    package func html<P: Page>(_ page: P) -> [UInt8] {
        let surroundings = PageSurroundings(
            title: page.notice?.isError == true ? "Error: \(page.title)" : page.title, product: site.product,
            terms: terms, homeLink: site.link(.home), shell: page.shell, supportLink: site.supportLink,
            stylesheet: site.stylesheet, productStylesheet: site.assets.stylesheet.map(site.link),
            productIcon: site.link(site.assets.icon), productLogo: site.assets.logo.map(site.link),
            productLogoWords: site.logoHasName ? site.product : "", productInitial: Initial.of(site.product),
            productName: site.logoHasName ? nil : site.product, frame: P.frame.rawValue, page: page,
            scripts: page.scripts.map(\.element).joined(separator: "\n"))
        return templates[P.template]?.bytes(of: .of(surroundings)) ?? []
    }
}

/// What a template sees around the page.
struct PageSurroundings: TemplateReadable {
    let title: String
    let product: String
    /// What the product calls things, by term and form.
    let terms: TemplateTerms
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
    /// The elements: the one thing in a page that is not escaped.
    let scripts: String
    /// What every search is held against before it is sent, and what is said of one that is not.
    var searchPattern = SearchedText.pattern
    var searchRule = SearchedText.rule

    static let templateNames: TemplateNames = [
        "title", "product", "terms", "homeLink", "shell", "supportLink", "stylesheet", "productStylesheet",
        "productIcon", "productLogo", "productLogoWords", "productInitial", "productName", "frame", "page", "scripts",
        "searchPattern", "searchRule",
    ]
    var templateValues: [TemplateValue] {
        [
            .of(title), .of(product), .of(terms), .of(homeLink), .of(shell), .of(supportLink), .of(stylesheet),
            .of(productStylesheet), .of(productIcon), .of(productLogo), .of(productLogoWords), .of(productInitial),
            .of(productName), .of(frame), .reflecting(page), .markup(scripts),
            .of(searchPattern), .of(searchRule),
        ]
    }
}
