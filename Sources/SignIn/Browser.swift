import CredentialFormat
import Model
package import Policy

/// What a request shows of the browser that sent it.
package struct Browser: Sendable, Redacted {
    /// The value of the cookie that forms are bound to.
    package let formSecret: String?
    /// The value of the cookie that says who signed in here before.
    package let deviceCookie: String?
    /// The value of the session's cookie, known or not.
    package let sessionCookie: String?
    package let address: IPAddress?
    package let userAgent: String?
    package let requestID: String

    package init(
        formSecret: String?, deviceCookie: String?, sessionCookie: String?, address: IPAddress?, userAgent: String?,
        requestID: String
    ) {
        self.formSecret = formSecret
        self.deviceCookie = deviceCookie
        self.sessionCookie = sessionCookie
        self.address = address
        self.userAgent = userAgent
        self.requestID = requestID
    }

    /// The form secret, where it is long enough that nobody guesses it: what is bound to the browser hangs on it.
    var bindingSecret: String? { formSecret.flatMap { $0.utf8.count >= 40 ? $0 : nil } }

    /// A member who is about to be let in: without a right of their own, for the audit log.
    func actor(_ member: Member, in path: OrganizationPath) -> Actor {
        Actor(.member(member.id), reach: .subtree(path), permissions: [], requestID: requestID, address: address)
    }

    /// Nobody yet, for the audit log.
    var stranger: Actor {
        Actor(.command("sign-in"), reach: .nothing, permissions: [], requestID: requestID, address: address)
    }
}
