import CredentialFormat
import HTTPServing
import Model
import SignIn

extension SentLink {
    /// What the API tells of it: the link itself only where no mail carries it.
    func write(to json: inout JSONWriter) {
        json.member("id", link.id)
        json.member("member_id", link.member)
        json.member("mailed", isMailed)
        json.member("link", url)
        json.member("created_at", link.createdAt)
        json.member("expires_at", link.expiresAt)
    }
}
