/// A value with parts that have names.
package struct TemplateParts {
    private let names: TemplateNames
    let values: [TemplateValue]

    /// - Parameter values: In the order of the names.
    package init(_ names: TemplateNames, _ values: [TemplateValue]) {
        self.names = names
        self.values = values
    }

    /// Nil where there is no such part, or nothing in it.
    func part(_ name: TemplateName) -> TemplateValue? {
        guard let place = names.place(of: name), place < values.count else { return nil }
        return values[place].something
    }
}
