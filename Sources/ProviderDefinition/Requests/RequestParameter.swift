/// A parameter or header of a request.
package struct RequestParameter: Sendable, Equatable {
    package let name: String
    package let value: TemplateText

    package init(name: String, value: TemplateText) {
        self.name = name
        self.value = value
    }
}
