import Templating

/// What stored properties are to templates. They stand here and not beside the value, because Swift 6.3 does not specialize a
/// package's generic functions in other modules.
extension TemplateValue {
    static func of(_ text: String) -> TemplateValue { .text(text) }

    static func of(_ text: String?) -> TemplateValue { text.map(TemplateValue.text) ?? .nothing }

    static func of(_ texts: [String]) -> TemplateValue { .list(texts.map(TemplateValue.text)) }

    static func of(_ isSo: Bool) -> TemplateValue { .truth(isSo) }

    static func of(_ number: Int) -> TemplateValue { .text(String(number)) }

    static func of<Readable: TemplateReadable>(_ value: Readable) -> TemplateValue {
        .parts(TemplateParts(Readable.templateNames, value.templateValues))
    }

    static func of<Readable: TemplateReadable>(_ value: Readable?) -> TemplateValue {
        value.map { of($0) } ?? .nothing
    }

    static func of<Readable: TemplateReadable>(_ values: [Readable]) -> TemplateValue {
        .list(values.map { of($0) })
    }
}
