import CredentialFormat
import Persistence
import SignIn
import Templating

/// Asks as which of several members to go on. Where they do not all stand on one page, there is a field to search in, without
/// a script.
struct ChooseOrganizationPage: Page {
    static let template = PageTemplate.chooseOrganization
    /// `Choose an organization`, in the words of the product.
    let title: String
    let lead: String
    let action: String
    /// Whether both forms are posted: what is in them must stand in no address. Otherwise they lead to a page of their own.
    let method: String
    /// Nil where nothing is posted.
    let token: String?
    let fields: [HiddenField]
    let choices: [Choice]
    let hasChoices: Bool
    /// What is searched for, nil where there is nothing to search in.
    let search: Search?
    var notice: Notice?

    /// The field to search in, and the way on.
    struct Search: Hashable, Sendable {
        let text: String
        /// The last one of this page, nil where none follows.
        let next: String?
        /// Whether this is a part of the list, so that there is a way back to its beginning.
        let isPart: Bool
    }

    init(
        title: String, lead: String, action: String, isPosted: Bool, token: String?, fields: [HiddenField],
        list: OrganizationList
    ) {
        self.title = title
        self.lead = lead
        self.action = action
        method = isPosted ? "post" : "get"
        self.token = token
        self.fields = fields
        choices = list.choices.enumerated().map { index, choice in
            Choice(
                id: choice.member.description, name: choice.organizationName,
                detail: choice.account == choice.organizationName ? choice.memberName : choice.account,
                isChosen: index == 0)
        }
        hasChoices = !choices.isEmpty
        search =
            list.isWhole
            ? nil
            : Search(
                text: list.part.search?.text ?? "", next: list.next?.description,
                isPart: list.part.after != nil || list.part.search != nil)
    }
}

/// A field of a form that nobody sees.
struct HiddenField: Hashable, Sendable {
    let name: String
    let value: String

    /// Where the form goes on to.
    static func continuing(_ continuation: ReturnPath?) -> [HiddenField] {
        continuation.map { [HiddenField(name: "continue", value: $0.text)] } ?? []
    }
}

/// One of several that can be chosen.
struct Choice: Hashable, Sendable {
    let id: String
    let name: String
    let detail: String?
    let isChosen: Bool
}

extension HiddenField: TemplateReadable {
    static let templateNames: TemplateNames = ["name", "value"]
    var templateValues: [TemplateValue] { [.of(name), .of(value)] }
}
