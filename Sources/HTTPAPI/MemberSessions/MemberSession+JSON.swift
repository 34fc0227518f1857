import CredentialFormat
import HTTPServing
import Model
import Policy

extension MemberSession {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("methods", methods.map(\.rawValue))
        json.member("address", address?.description)
        json.member("user_agent", userAgent)
        json.member("created_at", createdAt)
        json.member("authenticated_at", authenticatedAt)
        json.member("seen_at", seenAt)
        json.member("expires_at", expiresAt)
    }
}
