import HTTPServing
import Model

extension Member {
    /// What the API tells of them.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("organization_id", organization)
        json.member("email", email.text)
        json.member("email_verified", emailProof != nil)
        json.member("name", name)
        json.member("roles", roles)
        json.member("permissions", permissions)
        json.member("has_password", hasPassword)
        json.member("created_at", createdAt)
        json.member("revision", revision)
    }
}
