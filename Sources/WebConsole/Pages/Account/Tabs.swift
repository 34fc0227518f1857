/// The links above the pages of one's own account.
package struct Tabs: Hashable, Sendable {
    let accountLink: String
    let appsLink: String
    let signOutAction: String
    let signOutToken: String
    var isAccount = false
    var isApps = false
}
