package import Model
import Persistence
package import Policy

/// An app that is known and whose authorization request leads to a page of ours. Nobody has proved to be it.
package final class RefusedApp: Sendable {
    package let app: App
    /// Where the organization that made it stands.
    package let path: OrganizationPath
    /// Those that the request named, as far as they are well-formed.
    package let scopes: ScopeSet

    init(_ asking: AskingApp, _ parameters: AuthorizationParameters) {
        app = asking.app
        path = asking.owner.path
        scopes = parameters["scope"].flatMap { ScopeSet(requested: $0) } ?? .empty
    }
}
