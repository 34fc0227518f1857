import Templating

/// What can be done to one thing of a list, behind one button that works without script.
struct RowMenu: Hashable, Sendable {
    /// A page to go to, or a form of one button.
    struct Item: Hashable, Sendable {
        let words: String
        /// Nil where it is a form.
        let address: String?
        let form: Form?
        var isDangerous = false
    }

    struct Form: Hashable, Sendable {
        let action: String
        let token: String
        let fields: [HiddenField]
    }

    /// `Actions for SAP sync`
    let label: String
    /// In the last rows, where there is no room below.
    let opensUpwards: Bool
    let items: [Item]
    let dangerous: [Item]
    let hasDangerous: Bool

    /// - Parameters:
    ///   - name: The thing's.
    ///   - row: Its place in the list, from 0.
    ///   - count: How long the list is.
    init(of name: String, row: Int, of count: Int, items: [Item], dangerous: [Item] = []) {
        label = "Actions for \(name)"
        opensUpwards = count > 3 && row >= count - 3
        self.items = items
        self.dangerous = dangerous.map { item in
            var item = item
            item.isDangerous = true
            return item
        }
        hasDangerous = !dangerous.isEmpty
    }
}

extension RowMenu: TemplateReadable {
    static let templateNames: TemplateNames = ["label", "opensUpwards", "items", "dangerous", "hasDangerous"]
    var templateValues: [TemplateValue] {
        [.of(label), .of(opensUpwards), .of(items), .of(dangerous), .of(hasDangerous)]
    }
}

extension RowMenu.Item: TemplateReadable {
    static let templateNames: TemplateNames = ["words", "address", "form", "isDangerous"]
    var templateValues: [TemplateValue] { [.of(words), .of(address), .of(form), .of(isDangerous)] }
}

extension RowMenu.Form: TemplateReadable {
    static let templateNames: TemplateNames = ["action", "token", "fields"]
    var templateValues: [TemplateValue] { [.of(action), .of(token), .of(fields)] }
}
