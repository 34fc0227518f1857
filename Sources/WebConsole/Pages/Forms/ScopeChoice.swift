import Model
import OAuth
import Policy
import ProductDefinition
import Templating

/// Rights to choose from, group by group: none, to read, all, or single ones.
struct ScopeChoice: Hashable, Sendable {
    /// How the groups are asked for.
    enum Form: Hashable, Sendable {
        /// One of a few words for each group, and boxes for who wants single ones.
        case byGroup
        /// Boxes alone.
        case boxes
    }

    struct Box: Hashable, Sendable {
        let name: String
        let scope: String
        let words: String
        let isDanger: Bool
        let isTicked: Bool
    }

    struct Group: Hashable, Sendable {
        let legend: String
        /// The field of its words; nil for boxes alone.
        let name: String?
        let options: [Segmented.Option]
        /// What stands in it, in words.
        let hint: String
        let boxes: [Box]
        /// Whether it is folded away until somebody wants it.
        let isFolded: Bool
    }

    let groups: [Group]
    let folded: [Group]
    let error: String?

    /// - Parameters:
    ///   - chosen: What is chosen already.
    ///   - permissions: Rights at our own API that may be given besides; those of ours among `chosen` are shown as well.
    init(
        _ form: Form, of product: Product, chosen: Set<String>, permissions: Set<Permission>, error: String? = nil
    ) {
        let all = Self.parts(of: product, permissions, chosen).enumerated().map { index, part in
            Group(part, index, form, chosen: chosen)
        }
        groups = all.filter { !$0.isFolded }
        folded = all.filter(\.isFolded)
        self.error = error
    }

    /// For an app: boxes under the headings of the consent page, who the user is among them.
    init(ofAppsOf product: Product, chosen: Set<String>, permissions: Set<Permission>, error: String? = nil) {
        let own = chosen.compactMap { Scope($0) }.filter { Permission($0) != nil }
        let management = Set(permissions.compactMap(\.scope)).union(own)
        let all = ScopeSet(IdentityScope.all.scopes + product.scopes.all.scopes + Array(management))
        let described = ConsentWords(product).describe(all, grantedBefore: .empty)
        var headings: [String?] = []
        for scope in described where !headings.contains(scope.group) { headings.append(scope.group) }
        groups = headings.map { heading in
            Group(
                legend: heading
                    ?? (product.scopes.definitions.contains { $0.group == nil } ? "General" : "Who the user is"),
                name: nil, options: [], hint: "",
                boxes: described.filter { $0.group == heading }.map { scope in
                    Box(
                        name: "scope.\(scope.scope.name)", scope: scope.scope.name, words: scope.description,
                        isDanger: scope.danger, isTicked: chosen.contains(scope.scope.name))
                }, isFolded: false)
        }
        folded = []
        self.error = error
    }

    /// The scopes that a form asks for, by name, in the order of the catalogue.
    static func names(in form: PageForm, of product: Product) -> [String] {
        let ticked = Set(form.names(behind: "scope."))
        let parts = parts(of: product, Set(Permission.allCases), ticked)
        let known = parts.enumerated().flatMap { index, part -> [String] in
            let names = part.scopes.map(\.name)
            switch form.value(of: Group.field(index)) {
            case "none": return []
            case "read": return part.scopes.filter(\.isReading).map(\.name)
            case "all": return names
            default: return names.filter(ticked.contains)
            }
        }
        // What nobody knows is for the service to refuse.
        return known + ticked.subtracting(parts.flatMap { $0.scopes.map(\.name) }).sorted()
    }

    fileprivate typealias Right = (name: String, words: String, isDanger: Bool, isReading: Bool)

    fileprivate struct Part {
        let title: String
        let scopes: [Right]
        let isManagement: Bool
    }

    private static func parts(
        of product: Product, _ permissions: Set<Permission>, _ chosen: Set<String>
    ) -> [Part] {
        var titles: [String] = []
        var scopes: [String: [Right]] = [:]
        for definition in product.scopes.definitions {
            let title = definition.group ?? "Permissions"
            if scopes[title] == nil { titles.append(title) }
            let name = definition.scope.name
            scopes[title, default: []].append((name, definition.description, definition.danger, isReading(name)))
        }
        // In the order of the permissions themselves, so that a group has its place whoever looks.
        let management = Permission.allCases.compactMap { permission -> Right? in
            guard let name = permission.scope?.name, permissions.contains(permission) || chosen.contains(name) else {
                return nil
            }
            return (name, permission.words(in: product.words), !name.hasSuffix(".read"), isReading(name))
        }
        let own = titles.map { Part(title: $0, scopes: scopes[$0] ?? [], isManagement: false) }
        return management.isEmpty
            ? own : own + [Part(title: "Manage credentials by API", scopes: management, isManagement: true)]
    }

    /// By how products name such scopes.
    private static func isReading(_ name: String) -> Bool {
        name.split { ".:/_".contains($0) }.last == "read"
    }
}

extension ScopeChoice.Group {
    static func field(_ index: Int) -> String { "rights-\(index)" }

    fileprivate init(_ part: ScopeChoice.Part, _ index: Int, _ form: ScopeChoice.Form, chosen: Set<String>) {
        let names = Set(part.scopes.map(\.name))
        let reading = Set(part.scopes.filter(\.isReading).map(\.name))
        let held = names.intersection(chosen)
        legend = part.title
        boxes = part.scopes.map { scope in
            ScopeChoice.Box(
                name: "scope.\(scope.name)", scope: scope.name, words: scope.words, isDanger: scope.isDanger,
                isTicked: chosen.contains(scope.name))
        }
        hint = part.scopes.map(\.words).joined(separator: " · ")
        isFolded = part.isManagement && held.isEmpty
        guard form == .byGroup, !part.isManagement else {
            (name, options) = (nil, [])
            return
        }
        name = Self.field(index)
        var words = [("none", "None")]
        if !reading.isEmpty, reading != names { words.append(("read", "Read")) }
        words.append(("all", names.count == 1 ? "Allow" : "All"))
        if names.count > 1 { words.append(("some", "Choose")) }
        let state = held.isEmpty ? "none" : held == names ? "all" : held == reading ? "read" : "some"
        options = words.map { Segmented.Option(value: $0.0, words: $0.1, isChosen: $0.0 == state) }
    }
}

extension ScopeChoice: TemplateReadable {
    static let templateNames: TemplateNames = ["groups", "folded", "error"]
    var templateValues: [TemplateValue] { [.of(groups), .of(folded), .of(error)] }
}

extension ScopeChoice.Group: TemplateReadable {
    static let templateNames: TemplateNames = ["legend", "name", "options", "hint", "boxes", "isFolded"]
    var templateValues: [TemplateValue] {
        [.of(legend), .of(name), .of(options), .of(hint), .of(boxes), .of(isFolded)]
    }
}

extension ScopeChoice.Box: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "scope", "words", "isDanger", "isTicked"]
    var templateValues: [TemplateValue] { [.of(name), .of(scope), .of(words), .of(isDanger), .of(isTicked)] }
}
