import CredentialFormat
import HTTPServing
import Model

extension Organization {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("name", name)
        json.member("parent_id", parent?.description)
        json.member("account_id", account)
        json.member("path", path.description)
        json.member("created_at", createdAt)
        json.member("revision", revision)
    }
}
