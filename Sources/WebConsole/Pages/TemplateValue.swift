import Mustache

/// A value as templates see it: its stored properties by their names, read by reflection once and then remembered (memoized).
///
/// swift-mustache reflects on every value around a name each time that the name stands in a template, which was most of what a
/// long list cost. Used by one rendering alone.
final class TemplateValue: MustacheParent, MustacheCustomRenderable {
    private let value: Any
    private lazy var properties = Self.properties(of: value)

    init(_ value: Any) {
        self.value = value
    }

    /// Nil where there is no such property, or nothing in it: then the name is looked for further out.
    func child(named name: String) -> Any? { properties[name] }

    var renderText: String { String(describing: value) }
    var isNull: Bool { false }

    private static func properties(of value: Any) -> [String: Any] {
        var properties: [String: Any] = [:]
        for (name, property) in Mirror(reflecting: value).children {
            if let name { properties[name] = seen(property) }
        }
        return properties
    }

    /// What is in a property, nil where nothing is.
    private static func seen(_ property: Any) -> Any? {
        if let text = property as? String { return text }
        if let isSo = property as? Bool { return isSo }
        if let items = property as? [Any] { return items.map { seen($0) ?? $0 } }
        let mirror = Mirror(reflecting: property)
        if mirror.displayStyle == .optional { return mirror.children.first.flatMap { seen($0.value) } }
        return mirror.displayStyle == .struct || mirror.displayStyle == .tuple ? TemplateValue(property) : property
    }
}
