/// A form of the console: sections of fields, each with what is wrong at it and what was written there before. Every form that
/// asks for more than a yes is one of these.
struct FormPage: Page {
    static let template = PageTemplate.form
    static let scripts: [Script] = [.menus, .times]
    var title: String { pageHead.title }

    let shell: Shell?
    let pageHead: PageHead
    var tabs: Tabs?
    let notice: Notice?
    /// Where it is sent to.
    let sentTo: String
    let token: String
    var fields: [HiddenField] = []
    let sections: [FormSection]
    /// What the button says.
    let verb: String
    var isDanger = false
    let cancelLink: String
    /// A button that leads back to the step before.
    var backButton: FieldButton?
    /// What a script says at fields that it checks while they are typed in; empty where there are none.
    var explanations: [Explanation] = []

    /// What can be wrong with a field, by the name that the script has for it.
    struct Explanation: Hashable, Sendable {
        let name: String
        let words: String
    }

    /// Whether it may have any: pages of one's own account have none.
    var hasScripts = true

    var scripts: [Script] {
        guard hasScripts else { return [] }
        return explanations.isEmpty ? Self.scripts : Self.scripts + [.redirects]
    }
}

/// Fields that belong together, with their words at the left.
struct FormSection: Sendable {
    /// Nil for the only one.
    var heading: String?
    var words: String?
    /// Whether it is folded away until somebody wants it.
    var isFolded = false
    let items: [FormItem]
}

/// One thing that a form asks for or says.
struct FormItem: Sendable {
    var text: TextField?
    var area: TextField?
    var select: SelectField?
    var radios: RadioField?
    var rights: ScopeChoice?
    var tick: TickField?
    /// What cannot be changed, with the reason.
    var fixed: Fact?
    var remark: Notice?
    /// Sends the form for more of what stands above it.
    var further: FieldButton?
    var facts: [Fact] = []
    var hasFacts: Bool

    private init() { hasFacts = false }

    static func text(_ field: TextField) -> FormItem { make { $0.text = field } }
    static func area(_ field: TextField) -> FormItem { make { $0.area = field } }
    static func select(_ field: SelectField) -> FormItem { make { $0.select = field } }
    static func radios(_ field: RadioField) -> FormItem { make { $0.radios = field } }
    static func rights(_ choice: ScopeChoice) -> FormItem { make { $0.rights = choice } }
    static func tick(_ field: TickField) -> FormItem { make { $0.tick = field } }
    static func fixed(_ fact: Fact) -> FormItem { make { $0.fixed = fact } }
    static func remark(_ notice: Notice) -> FormItem { make { $0.remark = notice } }
    static func further(_ button: FieldButton) -> FormItem { make { $0.further = button } }
    static func facts(_ facts: [Fact]) -> FormItem {
        make {
            $0.facts = facts
            $0.hasFacts = true
        }
    }

    private static func make(_ set: (inout FormItem) -> Void) -> FormItem {
        var item = FormItem()
        set(&item)
        return item
    }
}

/// A field to write in, of one line or several.
struct TextField: Hashable, Sendable {
    let label: String
    let name: String
    let value: String
    var hint: String?
    var error: String?
    var maximum = 200
    var type = "text"
    var isRequired = false
    /// Whether it is compared letter by letter.
    var isCode = false
    /// A further button beside it that sends the form to have the field filled in.
    var button: FieldButton?
    /// Of a redirect URI that a script checks: the parameters that its query may not have.
    var checked: String?
}

/// A button that sends a form for something else than what it is for: the page comes back with the input kept.
struct FieldButton: Hashable, Sendable {
    let words: String
    let name: String
    let value: String
}

/// One of several words, from a list.
struct SelectField: Hashable, Sendable {
    let label: String
    let name: String
    let options: [Segmented.Option]
    var hint: String?
    var error: String?
}

/// One of a few, each with a sentence.
struct RadioField: Hashable, Sendable {
    struct Option: Hashable, Sendable {
        let value: String
        let words: String
        let under: String?
        let isChosen: Bool
        var isOff = false
    }

    let legend: String
    let name: String
    let options: [Option]
    var hint: String?
    var error: String?
    /// Whether it has to be chosen, where nothing is chosen beforehand.
    var isRequired = false
}

/// A box to tick.
struct TickField: Hashable, Sendable {
    let name: String
    let words: String
    var under: String?
    var isTicked = false
    var isRequired = false
}
