import Model
import ProductDefinition

/// What a form says of what one is told by e-mail.
struct NoticeForm: Sendable {
    /// Before the name of a box.
    private static let group = "about."

    let choice: NoticeChoice

    init(_ choice: NoticeChoice) {
        self.choice = choice
    }

    /// - Parameter known: What was chosen before: what the form does not ask for stays.
    init(_ form: PageForm, besides known: NoticeChoice, asksBelow: Bool) {
        let wanted = form.names(behind: Self.group).compactMap(NoticeChoice.Group.init(rawValue:))
        choice = NoticeChoice(
            pace: NoticeChoice.Pace(rawValue: form.text("pace")) ?? known.pace,
            muted: Set(NoticeChoice.Group.allCases).subtracting(wanted),
            hearsBelow: asksBelow ? form["below"] != nil : known.hearsBelow)
    }

    func sections(_ words: ProductWords, asksBelow: Bool) -> [FormSection] {
        let paces = NoticeChoice.Pace.allCases.map { pace in
            RadioField.Option(
                value: pace.rawValue, words: pace.words, under: pace.under, isChosen: pace == choice.pace)
        }
        let boxes = NoticeChoice.Group.allCases.map { group in
            FormItem.tick(
                TickField(
                    name: Self.group + group.rawValue, words: group.words(words), under: group.under(words),
                    isTicked: !choice.muted.contains(group)))
        }
        let below = FormItem.tick(
            TickField(
                name: "below", words: "Also of \(words[.organization].plural) below yours",
                isTicked: choice.hearsBelow))
        return [
            FormSection(
                heading: "How often",
                items: [.radios(RadioField(legend: "How often", name: "pace", options: paces, isRequired: true))]),
            FormSection(
                heading: "What about", words: "What you look after yourself, and what your role is told of.",
                items: boxes + (asksBelow ? [below] : [])),
        ]
    }
}

extension NoticeChoice.Pace {
    fileprivate var words: String {
        switch self {
        case .daily: "Once a day"
        case .soon: "Within minutes"
        case .paused: "Not at all"
        }
    }

    fileprivate var under: String {
        switch self {
        case .daily: "One e-mail a day at most, and none where there’s nothing to tell."
        case .soon: "One e-mail in 10 minutes at most."
        case .paused: "You find everything on the pages all the same."
        }
    }
}

extension NoticeChoice.Group {
    fileprivate func words(_ words: ProductWords) -> String {
        switch self {
        case .ending: "What’s about to end, and what has ended"
        case .upkeep: "What nobody uses, what’s old, and what nobody looks after"
        case .security: "What may be somebody else’s doing"
        case .limits: "How much of what you have is used up"
        case .connections: words[.connection].capitalizedPlural
        }
    }

    fileprivate func under(_ words: ProductWords) -> String? {
        switch self {
        case .connections: "What needs somebody to connect it again, and what works again."
        case .ending, .upkeep, .security, .limits: nil
        }
    }
}
