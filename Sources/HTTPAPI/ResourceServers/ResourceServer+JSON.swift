import HTTPServing
import Model

extension ResourceServer {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("client_id", id)
        json.member("name", name)
        json.member("audiences", audiences)
        json.member("created_at", createdAt)
        json.member("revision", revision)
    }
}
