/// What a template reads.
package enum TemplateValue {
    /// Nothing is there: the name is looked for further out.
    case nothing
    case text(String)
    case truth(Bool)
    case list([TemplateValue])
    case parts(TemplateParts)
    case reflected(ReflectedParts)
    /// HTML of ours, which is not escaped.
    case markup(String)

    /// What any value is to a template, by reflection where its type does not say it.
    package static func reflecting(_ value: Any) -> TemplateValue {
        if let text = value as? String { return .text(text) }
        if let isSo = value as? Bool { return .truth(isSo) }
        if let readable = value as? any TemplateReadable {
            return .parts(TemplateParts(type(of: readable).templateNames, readable.templateValues))
        }
        if let items = value as? [Any] { return .list(items.map(reflecting)) }
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return .reflected(ReflectedParts(value)) }
        return mirror.children.first.map { reflecting($0.value) } ?? .nothing
    }

    func part(_ name: TemplateName) -> TemplateValue? {
        switch self {
        case .parts(let parts): parts.part(name)
        case .reflected(let parts): parts.part(name)
        case .nothing, .text, .truth, .list, .markup: nil
        }
    }

    /// Nil for nothing.
    var something: TemplateValue? {
        if case .nothing = self { nil } else { self }
    }
}
