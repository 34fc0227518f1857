/// A value with parts that have names.
package final class TemplateParts {
    private let names: [TemplateName]
    let values: [TemplateValue]

    /// - Parameter values: In the order of the names.
    package init(_ names: TemplateNames, _ values: [TemplateValue]) {
        self.names = names.all
        self.values = values
    }

    /// Nil where there is no such part, or nothing in it.
    func part(_ name: TemplateName) -> TemplateValue? {
        // There are a dozen at most, and to compare numbers takes less than to hash one.
        for (index, other) in names.enumerated() where other == name { return values[index].something }
        return nil
    }
}
