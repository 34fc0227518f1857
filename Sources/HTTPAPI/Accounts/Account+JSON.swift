import HTTPServing
import Model

extension Account {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("name", organization.name)
        json.member("plan", plan)
        json.member("suspended_at", suspendedAt)
        json.member("operator", isOperator)
        json.member("created_at", organization.createdAt)
        json.member("revision", revision)
    }
}
