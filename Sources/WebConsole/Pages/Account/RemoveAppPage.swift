/// Asks whether an app shall lose its access.
struct RemoveAppPage: Page {
    static let template = PageTemplate.removeApp
    var title: String { "Remove access of \(name)?" }

    let shell: Shell?
    let name: String
    let organization: String
    let action: String
    let token: String
    let id: String
    let keepLink: String
}
