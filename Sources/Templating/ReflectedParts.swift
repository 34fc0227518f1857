/// The stored properties of any value, read by reflection once one is asked for. Used by one rendering alone.
package final class ReflectedParts {
    private let value: Any
    private lazy var parts = Self.parts(of: value)

    init(_ value: Any) {
        self.value = value
    }

    func part(_ name: TemplateName) -> TemplateValue? { parts[name] }

    /// As a template shows it that names the value itself.
    var text: String { String(describing: value) }

    private static func parts(of value: Any) -> [TemplateName: TemplateValue] {
        var parts: [TemplateName: TemplateValue] = [:]
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .struct || mirror.displayStyle == .tuple else { return parts }
        for (label, property) in mirror.children {
            if let label { parts[TemplateName(label)] = TemplateValue.reflecting(property).something }
        }
        return parts
    }
}
