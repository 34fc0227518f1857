import Model
import Persistence
import Policy
import ProductDefinition
import SignIn

/// What a form says of a resource server: what it is called, and which tokens are meant for it.
struct ResourceServerForm: Sendable {
    static let names: Set<String> = ["name", "audiences"]

    var name = ""
    var audiences = ""
    /// The revision that the page showed.
    var revision = ""

    init() {}

    init(_ form: PageForm) {
        name = form.text("name")
        audiences = form.text("audiences")
        revision = form.text("revision")
    }

    init(_ server: ResourceServer) {
        name = server.name
        audiences = server.audiences.joined(separator: "\n")
        revision = "\(server.revision)"
    }

    /// Those that were written, one a line.
    var audienceList: [String] { audiences.split(whereSeparator: \.isWhitespace).map(String.init) }

    func sections(_ product: Product, _ errors: FieldErrors) -> [FormSection] {
        let list = audienceList
        let wrong = errors.items(of: "audiences").lazy.compactMap { item in
            list.indices.contains(item.index) ? "“\(list[item.index])”: \(item.message)" : nil
        }.first
        return [
            FormSection(
                heading: "What it is called", words: "Your own people know it by this name.",
                items: [
                    .text(TextField(label: "Name", name: "name", value: name, error: errors["name"], isRequired: true))
                ]),
            FormSection(
                heading: "Audiences",
                words: """
                    It’s told of an access token only if the token is meant for one of these. Every token that \
                    \(product.name) gives names its audience.
                    """,
                items: [
                    .area(
                        TextField(
                            label: "Audiences", name: "audiences", value: audiences,
                            hint: "One a line, such as https://api.example.com.", error: wrong ?? errors["audiences"],
                            maximum: 5000, isRequired: true, isCode: true))
                ]),
        ]
    }
}
